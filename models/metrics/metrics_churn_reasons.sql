with
    lost as (select * from {{ ref("int_lost_customers") }}),

    reasons as (select * from {{ ref("int_churn_reasons") }}),

    rules as (select * from {{ ref("churn_reason_rules") }} where is_enabled),

    dimension_periods as (
        select * from {{ ref("int_dimension_periods") }} where period_grain <> 'week'
    ),

    possible_reasons as (
        select churn_reason
        from rules

        union

        select 'silence' as churn_reason
    ),

    spine as (
        select dimension_periods.*, possible_reasons.churn_reason
        from dimension_periods
        cross join possible_reasons
    ),

    explained as (
        select lost.*, reasons.churn_reason
        from lost
        inner join
            reasons
            on lost.customer_id = reasons.customer_id
            and lost.lost_date = reasons.lost_date
    ),

    cut as ({{ in_dimensions("explained") }}),

    summed as (
        select
            {{ metric_key() }},
            churn_reason,
            count(*) as lost_customer_count,
            sum(lost_revenue_amount) as lost_revenue_amount

        from cut
        group by {{ metric_key() }}, churn_reason
    ),

    filled as (
        select
            spine.*,
            coalesce(summed.lost_customer_count, 0) as lost_customer_count,
            cast(
                coalesce(summed.lost_revenue_amount, 0) as decimal(18, 2)
            ) as lost_revenue_amount,
            sum(summed.lost_customer_count) over (
                partition by
                    spine.dimension,
                    spine.dimension_value,
                    spine.period_grain,
                    spine.period_start_date
            ) as all_lost_customer_count

        from spine
        left join
            summed
            on spine.dimension = summed.dimension
            and spine.dimension_value = summed.dimension_value
            and spine.period_grain = summed.period_grain
            and spine.period_start_date = summed.period_start_date
            and spine.churn_reason = summed.churn_reason
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},
            churn_reason as reason,

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- counts
            lost_customer_count,

            -- money
            lost_revenue_amount,

            -- rates
            {{ rate("lost_customer_count", "all_lost_customer_count") }}
            as lost_customer_rate,

            -- ranks
            row_number() over (
                partition by {{ metric_key() }}
                order by lost_revenue_amount desc, churn_reason
            ) as reason_rank

        from filled
    )

select *
from final
