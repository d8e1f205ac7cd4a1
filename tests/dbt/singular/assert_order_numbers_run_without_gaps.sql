-- First, second, third: each customer's counted orders are numbered from 1, never
-- backwards in days; other orders have no number.
with
    orders as (select * from {{ ref("fct_orders") }}),

    numbered as (
        select
            *,
            lag(order_number, 1, 0) over (
                partition by customer_id order by order_number
            ) as previous_number,
            lag(order_date) over (
                partition by customer_id order by order_number
            ) as previous_date

        from orders
        where is_counted and not is_guest
    )

select order_id
from numbered
where
    order_number is null
    or order_number <> previous_number + 1
    or order_date < previous_date

union all

select order_id
from orders
where (is_guest or not is_counted) and order_number is not null
