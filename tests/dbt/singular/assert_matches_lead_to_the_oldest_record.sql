-- Every record was matched with an older or younger one of its own person, and step by
-- step that leads to the oldest.
with recursive
    records as (
        select
            {{ source_key("source_system", "source_customer_id") }} as record_key,
            person_key,
            matched_with

        from {{ ref("int_customers_resolved") }}
    ),

    reached as (
        select record_key, person_key
        from records
        where matched_with is null

        union all

        select records.record_key, records.person_key
        from records
        inner join
            reached
            on records.matched_with = reached.record_key
            and records.person_key = reached.person_key
    ),

    counted as (
        select record_key, count(*) as way_count from reached group by record_key
    )

select records.*, counted.way_count
from records
left join counted on records.record_key = counted.record_key
where counted.way_count is distinct from 1
