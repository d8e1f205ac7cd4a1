-- What all customers did in the period is what the orders of its days say.
with
    whole as (select * from {{ ref("metrics_segments") }} where dimension = 'all'),

    orders as (
        select
            count(orders.order_id) as order_count,
            coalesce(
                sum(orders.gross_amount - orders.discount_amount), 0
            ) as revenue_amount,
            coalesce(sum(orders.net_amount), 0) as net_revenue_amount

        from {{ ref("fct_orders") }} as orders
        inner join
            whole
            on orders.order_date
            between whole.period_start_date and whole.period_end_date
        where orders.is_counted and not orders.is_guest
    )

select *
from whole
cross join orders
where
    whole.order_count <> orders.order_count
    or whole.revenue_amount <> orders.revenue_amount
    or whole.net_revenue_amount <> orders.net_revenue_amount
