-- Segments of a kind are exhaustive and exclusive; interests alone overlap.
with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    segments as (
        select * from {{ ref("int_customer_segments") }} where dimension <> 'interest'
    ),

    kinds as (select distinct dimension from segments)

select kinds.dimension, customers.customer_id, count(segments.dimension_value)
from kinds
cross join customers
left join
    segments
    on kinds.dimension = segments.dimension
    and customers.customer_id = segments.customer_id
group by kinds.dimension, customers.customer_id
having count(segments.dimension_value) <> 1
