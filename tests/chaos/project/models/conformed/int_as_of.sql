select
    max(orders.order_date) as as_of_date,
    (select max(observed_until_at) from {{ source("raw", "landing_clock") }}) as observed_until_at

from {{ ref("stg_orders") }} as orders
where orders.refusals = ''
