with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    refunds as (select distinct order_id from {{ ref("fct_refunds") }} where is_return),

    tickets as (
        select
            order_id,
            bool_or(kind = 'return') as has_return,
            bool_or(kind = 'exchange') as has_exchange

        from {{ ref("fct_tickets") }}
        where order_id is not null and not is_void
        group by order_id
    )

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    refunds.order_id is not null or coalesce(tickets.has_return, false) as is_returned,
    coalesce(tickets.has_exchange, false) as is_exchanged

from orders
left join refunds on orders.order_id = refunds.order_id
left join tickets on orders.order_id = tickets.order_id
