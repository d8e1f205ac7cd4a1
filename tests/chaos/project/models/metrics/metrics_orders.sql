select
    orders.order_date,
    count(*) as order_count,
    sum(orders.net_amount) as net_amount,
    max(as_of.as_of_date) as as_of_date

from {{ ref("fct_orders") }} as orders
cross join {{ ref("int_as_of") }} as as_of
group by orders.order_date
