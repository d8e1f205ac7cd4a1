with
    records as (
        select source_system, source_customer_id, customer_id
        from {{ ref("int_customers_resolved") }}

        union

        -- customers whom no record describes
        select source_system, source_customer_id, customer_id
        from {{ ref("int_customers_named") }}
        where source_customer_id is not null
    ),

    addresses as (
        select
            source_system || ':' || source_customer_id as customer_address,
            customer_id,
            0 as form_rank
        from records

        union

        select source_customer_id as customer_address, customer_id, 1 as form_rank
        from records
        where source_system = 'main'
    )

-- the full form wins where a bare id of `main` reads like one
select customer_address, min_by(customer_id, form_rank) as customer_id
from addresses
group by customer_address
