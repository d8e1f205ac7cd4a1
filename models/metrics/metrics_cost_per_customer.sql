with
    costs as (select * from {{ ref("int_retention_costs_by_period") }}),

    served as (select * from {{ ref("int_served_counts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    starts as (
        select * from {{ ref("int_dimension_starts") }} where period_grain <> 'week'
    ),

    -- costs can come before the first customer
    counted as (
        select {{ metric_key() }}
        from served

        union all

        select {{ metric_key() }}
        from costs
    ),

    spine as ({{ metric_periods("starts", "counted", "periods") }}),

    filled as (
        select
            spine.*,
            coalesce(served.served_customer_count, 0) as served_customer_count,
            {%- for name in ["direct", "indirect", "unallocated"] %}
                cast(
                    coalesce(costs.{{ name }}_cost_amount, 0) as decimal(18, 6)
                ) as {{ name }}_cost_amount{{ "," if not loop.last }}
            {%- endfor %}

        from spine
        {%- for cte in ["served", "costs"] %}
            left join
                {{ cte }}
                on spine.dimension = {{ cte }}.dimension
                and spine.dimension_value = {{ cte }}.dimension_value
                and spine.period_grain = {{ cte }}.period_grain
                and spine.period_start_date = {{ cte }}.period_start_date
        {%- endfor %}
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
            served_customer_count,

            -- money
            direct_cost_amount,
            indirect_cost_amount,
            unallocated_cost_amount,
            cast(
                direct_cost_amount
                + indirect_cost_amount
                + unallocated_cost_amount as decimal(18, 6)
            ) as total_cost_amount,
            {{
                per_customer(
                    "(direct_cost_amount + indirect_cost_amount)",
                    "served_customer_count",
                )
            }} as cost_per_customer_amount

        from filled
    )

select *
from final
