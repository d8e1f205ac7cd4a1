with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    predictions as (select * from {{ ref("int_lifetime_values") }}),

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

    valued as (
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

            -- predictions
            predictions.probability_alive,
            predictions.purchase_days_90d as predicted_purchase_days_90d,
            predictions.purchase_days_12m as predicted_purchase_days_12m,
            predictions.purchase_day_amount as predicted_purchase_day_amount,
            predictions.revenue_12m_amount as predicted_revenue_12m_amount,
            predictions.revenue_12m_low_amount as predicted_revenue_12m_low_amount,
            predictions.revenue_12m_high_amount as predicted_revenue_12m_high_amount,
            predictions.margin_12m_amount as predicted_margin_12m_amount,
            cast(
                histories.historic_margin_amount
                + predictions.margin_12m_amount as decimal(18, 2)
            ) as clv_amount,
            predictions.fit_status

        from customers
        left join histories on customers.customer_id = histories.customer_id
        left join predictions on customers.customer_id = predictions.customer_id
        cross join as_of
    ),

    -- the value of all before, so that the first customer is always in the first band
    ranked as (
        select
            customer_id,
            clv_amount,
            sum(greatest(clv_amount, 0)) over () as total_amount,
            coalesce(
                sum(greatest(clv_amount, 0)) over (
                    order by clv_amount desc, customer_id
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as amount_before

        from valued
        where clv_amount is not null
    ),

    final as (
        select
            valued.*,
            {{
                value_band(
                    "ranked.clv_amount", "ranked.amount_before", "ranked.total_amount"
                )
            }} as clv_band

        from valued
        left join ranked on valued.customer_id = ranked.customer_id
    )

select *
from final
