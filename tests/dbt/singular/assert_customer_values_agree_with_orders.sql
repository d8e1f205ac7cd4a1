-- Historic value and purchase days, counted again from the orders; and every customer
-- stands once in both tables.
with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    orders as (
        select
            customer_id,
            count(distinct order_date) as purchase_day_count,
            sum(net_amount) as net_amount,
            sum(margin_amount) as margin_amount

        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
        group by customer_id
    ),

    customer_values as (select * from {{ ref("mart_customer_values") }}),

    overviews as (select customer_id from {{ ref("mart_customer_360") }})

select customers.customer_id, customer_values.customer_id as valued_customer_id
from customers
full outer join customer_values on customers.customer_id = customer_values.customer_id
full outer join overviews on customers.customer_id = overviews.customer_id
left join orders on customers.customer_id = orders.customer_id
where
    customers.customer_id is null
    or customer_values.customer_id is null
    or overviews.customer_id is null
    or customer_values.purchase_day_count <> coalesce(orders.purchase_day_count, 0)
    or customer_values.historic_net_revenue_amount <> coalesce(orders.net_amount, 0)
    or customer_values.historic_margin_amount <> coalesce(orders.margin_amount, 0)
    or customer_values.recency_weeks > customer_values.age_weeks
    or (customer_values.purchase_day_count = 1 and customer_values.recency_weeks <> 0)
