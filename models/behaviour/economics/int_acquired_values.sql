with
    customers as (
        select * from {{ ref("dim_customers") }} where cohort_month is not null
    ),

    dimensions as (select * from {{ ref("int_customer_dimensions") }}),

    customer_values as (select * from {{ ref("int_customer_values") }})

select
    dimensions.dimension,
    dimensions.dimension_value,
    customers.cohort_month,
    count(*) as acquired_customer_count,
    count(customer_values.clv_amount) as valued_customer_count,
    sum(customer_values.clv_amount) as clv_amount

from customers
inner join dimensions on customers.customer_id = dimensions.customer_id
inner join customer_values on customers.customer_id = customer_values.customer_id
where dimensions.dimension in ('all', 'acquisition_channel')
group by dimensions.dimension, dimensions.dimension_value, customers.cohort_month
