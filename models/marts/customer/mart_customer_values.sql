with
    customers as (select * from {{ ref("dim_customers") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    costs as (
        select customer_id, sum(allocated_amount) as retention_cost_amount
        from {{ ref("fct_customer_costs") }}
        where purpose in ('retention', 'service')
        group by customer_id
    ),

    histories as (
        select
            customer_id,
            count(*) as purchase_day_count,
            min(order_date) as first_purchase_date,
            max(order_date) as last_purchase_date,
            sum(net_amount) as historic_net_revenue_amount,
            sum(margin_amount) as historic_margin_amount,
            sum(
                case when purchase_day_number > 1 then net_amount end
            ) as repeat_net_amount

        from purchase_days
        group by customer_id
    ),

    final as (
        select
            -- ids
            customers.customer_id,

            -- dates
            histories.first_purchase_date,
            histories.last_purchase_date,

            -- counts
            coalesce(histories.purchase_day_count, 0) as purchase_day_count,
            greatest(
                coalesce(histories.purchase_day_count, 0) - 1, 0
            ) as repeat_purchase_day_count,

            -- durations
            {{
                days_between(
                    "histories.first_purchase_date", "histories.last_purchase_date"
                )
            }} / 7.0e0 as recency_weeks,
            {{ days_between("histories.first_purchase_date", "as_of.as_of_date") }}
            / 7.0e0 as age_weeks,

            -- money
            {{
                per_customer(
                    "histories.repeat_net_amount",
                    "(histories.purchase_day_count - 1)",
                )
            }} as average_repeat_day_amount,
            cast(
                coalesce(histories.historic_net_revenue_amount, 0) as decimal(18, 2)
            ) as historic_net_revenue_amount,
            cast(
                coalesce(histories.historic_margin_amount, 0) as decimal(18, 2)
            ) as historic_margin_amount,
            cast(
                coalesce(costs.retention_cost_amount, 0) as decimal(18, 6)
            ) as retention_cost_amount,

            -- predictions
            cast(null as double) as probability_alive,
            cast(null as double) as predicted_purchase_days_90d,
            cast(null as double) as predicted_purchase_days_12m,
            cast(null as decimal(18, 2)) as predicted_purchase_day_amount,
            cast(null as decimal(18, 2)) as predicted_revenue_12m_amount,
            cast(null as decimal(18, 2)) as predicted_revenue_12m_low_amount,
            cast(null as decimal(18, 2)) as predicted_revenue_12m_high_amount,
            cast(null as decimal(18, 2)) as predicted_margin_12m_amount,
            cast(null as decimal(18, 2)) as clv_amount,
            cast(null as decimal(18, 2)) as net_clv_amount,
            cast(null as {{ dbt.type_string() }}) as clv_band,
            'not_fitted' as fit_status

        from customers
        left join histories on customers.customer_id = histories.customer_id
        left join costs on customers.customer_id = costs.customer_id
        cross join as_of
    )

select *
from final
