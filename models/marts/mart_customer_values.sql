with
    customer_values as (select * from {{ ref("int_customer_values") }}),

    costs as (
        select
            customer_id,
            cast(sum(allocated_amount) as decimal(18, 6)) as retention_cost_amount
        from {{ ref("int_costs_allocated") }}
        where purpose in ('retention', 'service')
        group by customer_id
    ),

    final as (
        select
            -- ids
            customer_values.customer_id,

            -- dates
            customer_values.first_purchase_date,
            customer_values.last_purchase_date,

            -- counts
            customer_values.purchase_day_count,
            customer_values.repeat_purchase_day_count,

            -- durations
            customer_values.recency_weeks,
            customer_values.age_weeks,

            -- money
            customer_values.average_repeat_day_amount,
            customer_values.historic_net_revenue_amount,
            customer_values.historic_margin_amount,
            coalesce(costs.retention_cost_amount, 0) as retention_cost_amount,

            -- predictions
            customer_values.probability_alive,
            customer_values.predicted_purchase_days_90d,
            customer_values.predicted_purchase_days_12m,
            customer_values.predicted_purchase_day_amount,
            customer_values.predicted_revenue_12m_amount,
            customer_values.predicted_revenue_12m_low_amount,
            customer_values.predicted_revenue_12m_high_amount,
            customer_values.predicted_margin_12m_amount,
            customer_values.clv_amount,
            cast(
                customer_values.clv_amount
                - coalesce(costs.retention_cost_amount, 0) as decimal(18, 2)
            ) as net_clv_amount,
            customer_values.fit_status,
            customer_values.clv_band

        from customer_values
        left join costs on customer_values.customer_id = costs.customer_id
    )

select *
from final
