-- what new and existing customers brought in is what all counted orders of customers
-- were, month by month
with
    metric as (
        select
            period_start_date,
            new_customer_revenue_amount + existing_customer_revenue_amount as amount
        from {{ ref("metrics_purchases") }}
        where dimension = 'all' and period_grain = 'month'
    ),

    orders as (
        select
            cast({{ dbt.date_trunc("month", "order_date") }} as date) as order_month,
            sum(gross_amount - discount_amount) as amount
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
        group by cast({{ dbt.date_trunc("month", "order_date") }} as date)
    )

select *
from metric
full outer join orders on metric.period_start_date = orders.order_month
where coalesce(metric.amount, 0) <> coalesce(orders.amount, 0)
