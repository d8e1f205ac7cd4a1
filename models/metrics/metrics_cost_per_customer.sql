with
    monthly_costs as (select * from {{ ref("int_retention_costs_by_month") }}),

    served as (select * from {{ ref("int_served_counts") }}),

    first_customers as (select * from {{ ref("int_dimension_starts") }}),

    periods as (select * from {{ ref("int_periods") }} where period_grain <> 'week'),

    period_months as (
        select distinct period_grain, period_start_date, day_date as cost_month
        from {{ ref("int_period_days") }}
        where period_grain <> 'week' and extract(day from day_date) = 1
    ),

    -- costs can come before the first customer
    starts as (
        select dimension, dimension_value, min(first_date) as first_date
        from
            (
                select dimension, dimension_value, first_date
                from first_customers

                union all

                select dimension, dimension_value, period_start_date
                from served
                where period_grain = 'month'

                union all

                select dimension, dimension_value, cost_month
                from monthly_costs
            ) as first_dates
        group by dimension, dimension_value
    ),

    spine as (
        select starts.dimension, starts.dimension_value, periods.*
        from starts
        inner join periods on periods.period_end_date >= starts.first_date
    ),

    costs as (
        select
            monthly_costs.dimension,
            monthly_costs.dimension_value,
            period_months.period_grain,
            period_months.period_start_date,
            {%- for name in ["direct", "indirect", "unallocated"] %}
                sum(
                    monthly_costs.{{ name }}_cost_amount
                ) as {{ name }}_cost_amount{{ "," if not loop.last }}
            {%- endfor %}

        from monthly_costs
        inner join period_months on monthly_costs.cost_month = period_months.cost_month
        group by
            monthly_costs.dimension,
            monthly_costs.dimension_value,
            period_months.period_grain,
            period_months.period_start_date
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
