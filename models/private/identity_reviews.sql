with
    refusals as (select * from {{ ref("int_identity_refusals") }}),

    records as (select * from {{ ref("int_identity_records") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    final as (
        select
            refusals.guard,
            refusals.match_rule,
            {{ source_key("one.source_system", "one.source_customer_id") }}
            as identity_key,
            {{ source_key("other.source_system", "other.source_customer_id") }}
            as other_identity_key,
            resolved.customer_id,
            other_resolved.customer_id as other_customer_id,
            resolved.customer_id = other_resolved.customer_id as is_joined_otherwise,
            one.name_key,
            other.name_key as other_name_key,
            one.birth_date,
            other.birth_date as other_birth_date

        from refusals
        inner join records as one on refusals.record_id = one.record_id
        inner join records as other on refusals.matched_record_id = other.record_id
        inner join resolved on refusals.record_id = resolved.record_id
        inner join
            resolved as other_resolved
            on refusals.matched_record_id = other_resolved.record_id
    )

select *
from final
