with customers as (select * from {{ ref("int_customer_dimensions") }})

select dimension, dimension_value, min(acquired_date) as first_date
from customers
where acquired_date is not null
group by dimension, dimension_value
