-- An id is in use or retired, never both; who was retired is now somebody who exists.
with
    former_ids as (select * from {{ ref("dim_customer_former_ids") }}),

    customers as (select customer_id from {{ ref("dim_customers") }})

select former_ids.*
from former_ids
inner join customers on former_ids.former_customer_id = customers.customer_id

union all

select former_ids.*
from former_ids
left join customers on former_ids.customer_id = customers.customer_id
where customers.customer_id is null
