-- the segment rules are exhaustive and exclusive
select customers.customer_id, segments.rfm_segment
from {{ ref("dim_customers") }} as customers
full outer join
    {{ ref("mart_customer_segments") }} as segments
    on customers.customer_id = segments.customer_id
where (customers.acquired_date is null) <> (segments.rfm_segment is null)
