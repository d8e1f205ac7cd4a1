with
    customer_periods as (select * from {{ ref("int_customer_period_revenue") }}),

    spine as (
        select * from {{ ref("int_dimension_periods") }} where period_grain <> 'week'
    ),

    cut as ({{ in_dimensions("customer_periods") }}),

    counted as (
        select
            dimension,
            dimension_value,
            period_grain,
            period_start_date,

            -- counts
            count_if(is_active_at_start) as start_customer_count,
            count_if(is_active_at_end) as end_customer_count,
            count_if(is_active_at_end and is_acquired) as new_customer_count,
            count_if(is_acquired) as acquired_customer_count,
            count_if(
                is_active_at_start and is_active_at_end
            ) as retained_customer_count,
            count_if(
                is_active_at_end and not is_active_at_start and not is_acquired
            ) as reactivated_customer_count,
            count_if(
                is_active_at_start and not is_active_at_end
            ) as lost_customer_count,

            -- money of those who were active at the start
            sum(base_revenue_amount) as base_revenue_amount,
            sum(kept_revenue_amount) as kept_revenue_amount,
            -- more refunds than purchases kept nothing: a customer cannot keep less
            sum(
                greatest(least(base_revenue_amount, kept_revenue_amount), 0)
            ) as capped_revenue_amount,
            sum(greatest(base_revenue_amount, 0)) as capped_base_revenue_amount

        from cut
        group by dimension, dimension_value, period_grain, period_start_date
    ),

    filled as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.period_end_date,
            spine.is_complete,
            {%- for name in [
                "start",
                "end",
                "new",
                "acquired",
                "retained",
                "reactivated",
                "lost",
            ] %}
                cast(
                    coalesce(counted.{{ name }}_customer_count, 0) as bigint
                ) as {{ name }}_customer_count,
            {%- endfor %}
            {%- for name in ["base", "kept", "capped", "capped_base"] %}
                cast(
                    coalesce(counted.{{ name }}_revenue_amount, 0) as decimal(18, 2)
                ) as {{ name }}_revenue_amount{{ "," if not loop.last }}
            {%- endfor %}

        from spine
        left join
            counted
            on spine.dimension = counted.dimension
            and spine.dimension_value = counted.dimension_value
            and spine.period_grain = counted.period_grain
            and spine.period_start_date = counted.period_start_date
    ),

    rated as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- counts
            start_customer_count,
            end_customer_count,
            new_customer_count,
            acquired_customer_count,
            retained_customer_count,
            reactivated_customer_count,
            lost_customer_count,

            -- money
            base_revenue_amount,
            kept_revenue_amount,
            capped_revenue_amount,
            capped_base_revenue_amount,

            -- rates
            {{ rate("retained_customer_count", "start_customer_count") }}
            as retention_rate,
            {{
                rate(
                    "end_customer_count - new_customer_count", "start_customer_count"
                )
            }} as retention_rate_end_less_new,
            {{ rate("lost_customer_count", "start_customer_count") }} as churn_rate,
            case
                when is_complete
                then {{ rate("kept_revenue_amount", "base_revenue_amount") }}
            end as net_revenue_retention_rate,
            case
                when is_complete
                then {{ rate("capped_revenue_amount", "capped_base_revenue_amount") }}
            end as gross_revenue_retention_rate

        from filled
    )

select *
from rated
