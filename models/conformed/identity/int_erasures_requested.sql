with
    landed_requests as (select * from {{ ref("int_erasure_requests_judged") }}),

    records as (select * from {{ ref("int_identity_records") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    erased as (select * from {{ ref("stg_erased_records") }}),

    -- a request that was carried out stays one, also when its file has gone
    requests as (
        select source_system, request_id, source_customer_id, email, requested_at
        from landed_requests
        where row_state = 'accepted'

        union all

        select
            erased.request_source_system as source_system,
            erased.request_id,
            cast(null as {{ dbt.type_string() }}) as source_customer_id,
            cast(null as {{ dbt.type_string() }}) as email,
            max(erased.requested_at) as requested_at

        from erased
        left join
            landed_requests
            on erased.request_source_system = landed_requests.source_system
            and erased.request_id = landed_requests.request_id
        where erased.reason = 'request' and landed_requests.request_id is null
        group by erased.request_source_system, erased.request_id
    ),

    -- a person is named by an id, by a mail address, or by what was erased at this
    -- request before
    named as (
        select requests.source_system, requests.request_id, resolved.person_key
        from requests
        inner join
            resolved
            on requests.source_system = resolved.source_system
            and requests.source_customer_id = resolved.source_customer_id

        union

        select requests.source_system, requests.request_id, resolved.person_key
        from requests
        inner join records on {{ email_key("requests.email") }} = records.email_key
        inner join resolved on records.record_id = resolved.record_id

        union

        select requests.source_system, requests.request_id, resolved.person_key
        from requests
        inner join
            erased
            on requests.source_system = erased.request_source_system
            and requests.request_id = erased.request_id
        inner join
            resolved
            on erased.source_system = resolved.source_system
            and erased.customer_id = resolved.source_customer_id
    ),

    -- who came back after the request has a record of a later day, which stays
    of_records as (
        select
            requests.source_system as request_source_system,
            requests.request_id,
            requests.requested_at,
            resolved.source_system,
            resolved.source_customer_id,
            resolved.person_key

        from named
        inner join
            requests
            on named.source_system = requests.source_system
            and named.request_id = requests.request_id
        inner join resolved on named.person_key = resolved.person_key
        inner join records on resolved.record_id = records.record_id
        -- a record of which nobody knows when it was created is not left behind
        where coalesce(records.created_at <= requests.requested_at, true)
    ),

    -- an id without a record in force may still have answered a survey, or be in
    -- quarantine
    traces as (
        select source_system, customer_id
        from {{ ref("stg_customers") }}

        union

        select source_system, customer_id
        from {{ ref("stg_survey_responses") }}
    ),

    of_traces as (
        select
            requests.source_system as request_source_system,
            requests.request_id,
            requests.requested_at,
            requests.source_system,
            requests.source_customer_id,
            {{ source_key("requests.source_system", "requests.source_customer_id") }}
            as person_key

        from requests
        inner join
            traces
            on requests.source_system = traces.source_system
            and requests.source_customer_id = traces.customer_id
        left join
            resolved
            on requests.source_system = resolved.source_system
            and requests.source_customer_id = resolved.source_customer_id
        where resolved.source_customer_id is null
    )

select *
from of_records

union all

select *
from of_traces
