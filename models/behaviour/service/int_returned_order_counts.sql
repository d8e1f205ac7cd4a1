with
    orders as (select * from {{ ref("int_orders_returned") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    customer_periods as (
        select
            orders.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            count(*) as order_count,
            count_if(orders.is_returned) as returned_order_count,
            count_if(orders.is_exchanged) as exchanged_order_count

        from orders
        inner join period_days on orders.order_date = period_days.day_date
        group by
            orders.customer_id, period_days.period_grain, period_days.period_start_date
    ),

    cut as ({{ in_dimensions("customer_periods") }})

select
    {{ metric_key() }},
    sum(order_count) as order_count,
    sum(returned_order_count) as returned_order_count,
    sum(exchanged_order_count) as exchanged_order_count

from cut
group by {{ metric_key() }}
