-- asked before any event has a day, so it waits for the records, not for the profiles
with
    resolved as (select * from {{ ref("int_customers_resolved") }}),

    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    first_ones as (select * from {{ ref("int_identity_ranks") }} where place_rank = 1),

    places as (
        select first_ones.customer_id, records.market, records.time_zone
        from first_ones
        inner join
            records
            on first_ones.source_system = records.source_system
            and first_ones.source_customer_id = records.customer_id
    ),

    placed as (
        select
            resolved.source_system,
            resolved.source_customer_id,
            resolved.customer_id,
            places.market,
            places.time_zone

        from resolved
        inner join places on resolved.customer_id = places.customer_id
    )

select *
from placed
