with
    listed as (select * from {{ ref("identity_never_merge") }}),

    records as (
        select record_id, source_system, source_customer_id
        from {{ ref("int_identity_records") }}
    )

select distinct
    greatest(one.record_id, other.record_id) as record_id,
    least(one.record_id, other.record_id) as other_record_id

from listed
inner join
    records as one
    on listed.source_system = one.source_system
    and listed.source_customer_id = one.source_customer_id
inner join
    records as other
    on listed.other_source_system = other.source_system
    and listed.other_source_customer_id = other.source_customer_id
where one.record_id <> other.record_id
