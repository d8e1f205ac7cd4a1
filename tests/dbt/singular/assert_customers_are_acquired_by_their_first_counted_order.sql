-- Found again from the orders, without their numbers; whoever has none is a prospect.
with
    customers as (select * from {{ ref("dim_customers") }}),

    first_orders as (
        select customer_id, min(order_date) as first_date
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
        group by customer_id
    )

select customers.customer_id, first_orders.customer_id as buyer_id
from customers
full outer join first_orders on customers.customer_id = first_orders.customer_id
where
    customers.customer_id is null
    or customers.acquired_date is distinct from first_orders.first_date
    or (customers.cohort_month is null) <> (customers.acquired_date is null)
