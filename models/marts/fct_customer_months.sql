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
        select *
        from {{ ref("int_loyalty_member_periods") }}
        where period_grain = 'month'
    ),

    tiers as (
        select months.period_start_date as activity_month, tier_periods.*
        from months
        inner join
            {{ ref("mart_loyalty_tier_periods") }} as tier_periods
            on tier_periods.valid_from_date <= months.observed_end_date
            and (
                tier_periods.valid_to_date is null
                or tier_periods.valid_to_date > months.observed_end_date
            )
    ),

    stages as (select * from {{ ref("int_customer_lifecycle") }}),

    value_bands as (select * from {{ ref("int_customer_value_bands") }}),

    segments as (select * from {{ ref("int_customer_rfm_segments") }}),

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
            segments.rfm_segment,
            coalesce(tiers.loyalty_tier, 'none') as loyalty_tier,

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
            {%- for name in [
                "points_earned",
                "points_spent",
                "points_expired",
                "points_balance",
            ] %}
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
                "points": "period_start_date",
                "tiers": "activity_month",
                "stages": "activity_month",
                "value_bands": "activity_month",
                "segments": "activity_month",
            }.items() %}
            left join
                {{ cte }}
                on customers.customer_id = {{ cte }}.customer_id
                and months.period_start_date = {{ cte }}.{{ month }}
        {%- endfor %}
    )

select *
from final
