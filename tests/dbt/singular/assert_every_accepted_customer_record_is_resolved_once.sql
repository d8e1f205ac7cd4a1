-- A record without a person loses its orders, one with two counts them twice.
with
    accepted as (
        select source_system, customer_id as source_customer_id
        from {{ ref("int_customers_judged") }}
        where row_state = 'accepted'
    ),

    resolved as (
        select source_system, source_customer_id, count(*) as row_count
        from {{ ref("int_customers_resolved") }}
        group by source_system, source_customer_id
    )

select source_system, source_customer_id, resolved.row_count
from accepted
full outer join resolved using (source_system, source_customer_id)
where
    accepted.source_customer_id is null
    or resolved.source_customer_id is null
    or resolved.row_count <> 1
