-- The same customers and the same money, whether counted customer by customer or by
-- period.
with
    months as (
        select
            activity_month,
            count_if(is_active) as active_count,
            count_if(is_acquired) as acquired_count,
            count_if(is_served) as served_count,
            sum(order_count) as order_count,
            sum(net_revenue_amount) as net_revenue_amount,
            sum(margin_amount) as margin_amount

        from {{ ref("fct_customer_months") }}
        group by activity_month
    ),

    orders as (
        select
            cast({{ dbt.date_trunc("month", "order_date") }} as date) as activity_month,
            count(*) as order_count,
            sum(net_amount) as net_revenue_amount,
            sum(margin_amount) as margin_amount

        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
        group by cast({{ dbt.date_trunc("month", "order_date") }} as date)
    ),

    retention as (
        select *
        from {{ ref("metrics_retention") }}
        where dimension = 'all' and period_grain = 'month'
    ),

    costs as (
        select *
        from {{ ref("metrics_cost_per_customer") }}
        where dimension = 'all' and period_grain = 'month'
    )

select months.*
from retention
full outer join months on retention.period_start_date = months.activity_month
left join costs on retention.period_start_date = costs.period_start_date
left join orders on retention.period_start_date = orders.activity_month
where
    months.active_count is distinct from retention.end_customer_count
    or months.acquired_count is distinct from retention.acquired_customer_count
    or months.served_count is distinct from costs.served_customer_count
    or months.order_count is distinct from coalesce(orders.order_count, 0)
    or months.net_revenue_amount is distinct from coalesce(orders.net_revenue_amount, 0)
    or months.margin_amount is distinct from coalesce(orders.margin_amount, 0)
