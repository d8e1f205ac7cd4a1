with
    lost as (select * from {{ ref("int_lost_customers") }}),

    reasons as (select * from {{ ref("int_churn_reasons") }}),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}
    ),

    periods as (select * from {{ ref("int_periods") }}),

    summed as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            lost.period_grain,
            lost.period_start_date,
            reasons.churn_reason,
            count(*) as lost_customer_count,
            cast(sum(lost.lost_revenue_amount) as decimal(18, 2)) as lost_revenue_amount

        from lost
        inner join
            reasons
            on lost.customer_id = reasons.customer_id
            and lost.lost_date = reasons.lost_date
        inner join dimensions on lost.customer_id = dimensions.customer_id
        group by
            dimensions.dimension,
            dimensions.dimension_value,
            lost.period_grain,
            lost.period_start_date,
            reasons.churn_reason
    ),

    final as (
        select
            -- ids
            summed.dimension,
            summed.dimension_value,
            summed.period_grain,
            summed.period_start_date,
            summed.churn_reason as reason,

            -- dates
            periods.period_end_date,

            -- flags
            periods.is_complete,

            -- counts
            summed.lost_customer_count,

            -- money
            summed.lost_revenue_amount,

            -- rates
            {{
                rate(
                    "summed.lost_customer_count",
                    "sum(summed.lost_customer_count) over (partition by summed.dimension,"
                    " summed.dimension_value, summed.period_grain, summed.period_start_date)",
                )
            }}
            as lost_customer_rate,

            -- ranks
            row_number() over (
                partition by
                    summed.dimension,
                    summed.dimension_value,
                    summed.period_grain,
                    summed.period_start_date
                order by summed.lost_revenue_amount desc, summed.churn_reason
            ) as reason_rank

        from summed
        inner join
            periods
            on summed.period_grain = periods.period_grain
            and summed.period_start_date = periods.period_start_date
    )

select *
from final
