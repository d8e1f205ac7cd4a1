with
    costs as (select * from {{ ref("int_retention_costs_by_period") }}),

    served as (select * from {{ ref("int_served_counts") }}),

    dimension_periods as (
        select * from {{ ref("int_dimension_periods") }} where period_grain <> 'week'
    ),

    periods as (select * from {{ ref("int_periods") }} where period_grain <> 'week'),

    -- costs can come before the first customer
    starts as (
        select dimension, dimension_value, min(first_start_date) as first_date
        from
            (
                select dimension, dimension_value, period_start_date as first_start_date
                from dimension_periods
                where period_grain = 'month'

                union all

                select dimension, dimension_value, period_start_date
                from served
                where period_grain = 'month'

                union all

                select dimension, dimension_value, period_start_date
                from costs
                where period_grain = 'month'
            ) as first_starts
        group by dimension, dimension_value
    ),

    spine as (
        select starts.dimension, starts.dimension_value, periods.*
        from starts
        inner join periods on periods.period_end_date >= starts.first_date
    ),

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
