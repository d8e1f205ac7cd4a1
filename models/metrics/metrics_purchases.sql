with
    counts as (select * from {{ ref("int_purchase_counts") }}),

    spine as (select * from {{ ref("int_dimension_periods") }}),

    filled as (
        select
            spine.*,
            {%- for name in [
                "customer",
                "repeat_customer",
                "order",
                "cross_category_customer",
                "gap",
            ] %}
                cast(
                    coalesce(counts.{{ name }}_count, 0) as bigint
                ) as {{ name }}_count,
            {%- endfor %}
            {%- for name in ["revenue", "new_customer_revenue"] %}
                cast(
                    coalesce(counts.{{ name }}_amount, 0) as decimal(18, 2)
                ) as {{ name }}_amount,
            {%- endfor %}
            counts.median_days_between_purchases

        from spine
        left join
            counts
            on spine.dimension = counts.dimension
            and spine.dimension_value = counts.dimension_value
            and spine.period_grain = counts.period_grain
            and spine.period_start_date = counts.period_start_date
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- counts
            customer_count,
            repeat_customer_count,
            order_count,
            cross_category_customer_count,
            gap_count,

            -- durations
            median_days_between_purchases,

            -- money
            revenue_amount,
            new_customer_revenue_amount,
            cast(
                revenue_amount - new_customer_revenue_amount as decimal(18, 2)
            ) as existing_customer_revenue_amount,
            {{ per_customer("revenue_amount", "order_count") }} as average_order_amount,

            -- rates
            {{ rate("repeat_customer_count", "customer_count") }}
            as repeat_purchase_rate,
            {{ rate("cross_category_customer_count", "customer_count") }}
            as cross_category_rate,
            {{ rate("order_count", "customer_count") }} as orders_per_customer

        from filled
    )

select *
from final
