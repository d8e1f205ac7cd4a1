with
    erased as (select * from {{ ref("stg_erased_records") }}),

    values_left as (select * from {{ ref("int_erasable_values_left") }}),

    expired as (select * from {{ ref("int_erasures_expired") }}),

    log as (
        select distinct request_source_system, request_id
        from {{ ref("stg_erasure_log") }}
    ),

    erased_mails as (
        select distinct keyed_value
        from {{ ref("stg_erased_identity_keys") }}
        where match_rule = 'same_email'
    ),

    landed_requests as (
        select
            source_system,
            {{ erasure_request_id() }} as request_id,
            requested_at,
            {{ email_key("email") }} as email_key
        from {{ ref("stg_erasure_requests") }}
        where email not in ('erased', '(erased)') and email not like 'keyed:%'
    ),

    of_records as (
        select
            erased.request_source_system,
            erased.request_id,
            erased.requested_at,
            erased.reason,
            erased.source_system,
            erased.customer_id as source_customer_id,
            erased.person_key

        from erased
        inner join
            values_left
            on erased.source_system = values_left.source_system
            and erased.customer_id = values_left.customer_id
        left join
            expired
            on erased.source_system = expired.source_system
            and erased.customer_id = expired.source_customer_id
        -- a retention period that is over ends where the person comes back
        where erased.reason = 'request' or expired.source_customer_id is not null
    ),

    -- requests carried out before, and such as come from a person who is erased
    of_requests as (
        select distinct
            landed_requests.source_system as request_source_system,
            landed_requests.request_id,
            landed_requests.requested_at,
            'request' as reason,
            cast(null as {{ dbt.type_string() }}) as source_system,
            cast(null as {{ dbt.type_string() }}) as source_customer_id,
            cast(null as {{ dbt.type_string() }}) as person_key

        from landed_requests
        left join
            log
            on landed_requests.source_system = log.request_source_system
            and landed_requests.request_id = log.request_id
        left join
            erased_mails
            on {{ keyed("landed_requests.email_key") }} = erased_mails.keyed_value
        where log.request_id is not null or erased_mails.keyed_value is not null
    )

select *
from of_records

union all

select *
from of_requests
