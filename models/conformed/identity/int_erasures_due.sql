with
    requested as (select * from {{ ref("int_erasures_requested") }}),

    refusals as (select * from {{ ref("erasure_refusals") }}),

    expired as (select * from {{ ref("int_erasures_expired") }}),

    landed_again as (select * from {{ ref("int_erasures_landed_again") }}),

    erased as (select * from {{ ref("stg_erased_records") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    profiles as (select * from {{ ref("int_customers_profiled") }}),

    wanted as (
        select requested.*, 'request' as reason
        from requested
        left join
            refusals
            on requested.request_source_system = refusals.source_system
            and requested.request_id = refusals.request_id
        where refusals.request_id is null

        union all

        select *, 'retention' as reason
        from expired
    ),

    due as (
        select
            wanted.request_source_system,
            wanted.request_id,
            wanted.requested_at,
            wanted.reason,
            wanted.source_system,
            wanted.source_customer_id,
            wanted.person_key

        from wanted
        left join
            erased
            on wanted.source_system = erased.source_system
            and wanted.source_customer_id = erased.customer_id
        where erased.customer_id is null

        union all

        select *
        from landed_again
    ),

    -- a person keeps the key under which a first record was erased
    person_keys as (
        select resolved.person_key, min(erased.person_key) as erased_person_key
        from erased
        inner join
            resolved
            on erased.source_system = resolved.source_system
            and erased.customer_id = resolved.source_customer_id
        group by resolved.person_key
    ),

    final as (
        select
            -- ids
            due.request_source_system,
            due.request_id,
            due.source_system,
            due.source_customer_id,
            coalesce(person_keys.erased_person_key, due.person_key) as person_key,

            -- categories
            due.reason,

            -- numbers
            cast(profiles.birth_year as integer) as birth_year,

            -- dates
            due.requested_at

        from due
        left join person_keys on due.person_key = person_keys.person_key
        left join
            resolved
            on due.source_system = resolved.source_system
            and due.source_customer_id = resolved.source_customer_id
        left join profiles on resolved.customer_id = profiles.customer_id
    )

select *
from final
