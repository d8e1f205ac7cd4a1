with
    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    period_days as (
        select * from {{ ref("int_period_days") }} where period_grain <> 'week'
    ),

    summed as (
        select
            purchase_days.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            count(*) as purchase_day_count,
            sum(purchase_days.order_count) as order_count,
            sum(purchase_days.revenue_amount) as revenue_amount,
            sum(purchase_days.net_amount) as net_revenue_amount,
            sum(purchase_days.margin_amount) as margin_amount

        from purchase_days
        inner join period_days on purchase_days.order_date = period_days.day_date
        group by
            purchase_days.customer_id,
            period_days.period_grain,
            period_days.period_start_date
    )

select *
from summed
