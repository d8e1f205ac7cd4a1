with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    features as (select * from {{ ref("int_churn_features") }} where day_offset = 0),

    scores as (select * from {{ ref("int_customer_churn_risks") }}),

    last_orders as (
        select customer_id, max(order_date) as last_order_date
        from purchase_days
        group by customer_id
    ),

    joined as (
        select
            customers.customer_id,
            {{ days_between("last_orders.last_order_date", "as_of.as_of_date") }}
            as days_since_last_order,
            cast(features.typical_gap_days as double) as typical_gap_days,
            features.customer_id is not null as is_active,
            features.year_net_amount,
            scores.fixed_score,
            scores.risk_band,
            scores.main_risk_reason,
            scores.risk_reasons,
            case
                when last_orders.customer_id is null
                then 'no_purchase'
                when features.customer_id is null
                then 'not_active'
                else scores.fit_status
            end as fit_status

        from customers
        left join last_orders on customers.customer_id = last_orders.customer_id
        left join features on customers.customer_id = features.customer_id
        left join scores on customers.customer_id = scores.customer_id
        cross join as_of
    ),

    final as (
        select
            -- ids
            customer_id,

            -- flags
            is_active,

            -- durations
            days_since_last_order,
            typical_gap_days,

            -- scores
            cast(fixed_score as double) as churn_risk_score,
            risk_band,

            -- money
            cast(
                cast(fixed_score as decimal(19, 6))
                * greatest(year_net_amount, 0) as decimal(18, 2)
            ) as value_at_risk_amount,

            -- categories
            main_risk_reason,
            risk_reasons,
            fit_status

        from joined
    )

select *
from final
