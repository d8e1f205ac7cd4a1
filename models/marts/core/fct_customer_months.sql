with
    customers as (
        select * from {{ ref("dim_customers") }} where acquired_date is not null
    ),

    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    purchases as (
        select *
        from {{ ref("int_customer_period_orders") }}
        where period_grain = 'month'
    ),

    activity as (
        select * from {{ ref("int_customer_periods") }} where period_grain = 'month'
    ),

    touches as (select * from {{ ref("int_customer_month_drivers") }}),

    costs as (
        select
            customer_id,
            cost_month,
            sum(
                case
                    when purpose in ('retention', 'service')
                    then allocated_amount
                    else 0
                end
            ) as retention_cost_amount,
            sum(
                case when purpose = 'acquisition' then allocated_amount else 0 end
            ) as acquisition_cost_amount

        from {{ ref("fct_customer_costs") }}
        group by customer_id, cost_month
    ),

    points as (
        select
            customer_id,
            cast(
                {{ dbt.date_trunc("month", "occurred_date") }} as date
            ) as activity_month,
            sum(case when entry_type = 'earn' then points else 0 end) as points_earned,
            sum(case when entry_type = 'spend' then - points else 0 end) as points_spent

        from {{ ref("fct_loyalty_entries") }}
        group by
            customer_id, cast({{ dbt.date_trunc("month", "occurred_date") }} as date)
    ),

    stages as (select * from {{ ref("int_customer_lifecycle") }}),

    value_bands as (select * from {{ ref("int_customer_value_bands") }}),

    final as (
        select
            -- ids
            customers.customer_id
            || '|'
            || cast(
                months.period_start_date as {{ dbt.type_string() }}
            ) as customer_month_key,
            customers.customer_id,

            -- dates
            months.period_start_date as activity_month,
            months.observed_end_date,

            -- flags
            months.is_complete,
            coalesce(activity.is_active_at_end, false) as is_active,
            coalesce(activity.is_served, false) as is_served,
            coalesce(activity.is_acquired, false) as is_acquired,

            -- categories, as at the end of the month
            stages.lifecycle_stage,
            value_bands.value_band,

            -- counts
            cast(
                {{
                    months_between(
                        "customers.cohort_month", "months.period_start_date"
                    )
                }} as integer
            ) as month_number,
            {%- for name in ["purchase_day_count", "order_count"] %}
                cast(coalesce(purchases.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}
            {%- for name in ["ticket_count", "contact_count"] %}
                cast(coalesce(touches.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}
            {%- for name in ["points_earned", "points_spent"] %}
                cast(coalesce(points.{{ name }}, 0) as decimal(18, 4)) as {{ name }},
            {%- endfor %}

            -- money
            {%- for name in ["revenue_amount", "net_revenue_amount", "margin_amount"] %}
                cast(coalesce(purchases.{{ name }}, 0) as decimal(18, 2)) as {{ name }},
            {%- endfor %}
            {%- for name in ["retention_cost_amount", "acquisition_cost_amount"] %}
                cast(
                    coalesce(costs.{{ name }}, 0) as decimal(18, 6)
                ) as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

        from customers
        inner join months on customers.cohort_month <= months.period_start_date
        {%- for cte, month in {
                "purchases": "period_start_date",
                "activity": "period_start_date",
                "touches": "activity_month",
                "costs": "cost_month",
                "points": "activity_month",
                "stages": "activity_month",
                "value_bands": "activity_month",
            }.items() %}
            left join
                {{ cte }}
                on customers.customer_id = {{ cte }}.customer_id
                and months.period_start_date = {{ cte }}.{{ month }}
        {%- endfor %}
    )

select *
from final
