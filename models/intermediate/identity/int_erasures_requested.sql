with
    requests as (
        select *
        from {{ ref("int_erasure_requests_judged") }}
        where row_state = 'accepted'
    ),

    records as (select * from {{ ref("int_identity_records") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    erased as (select * from {{ ref("stg_erased_records") }}),

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

    names as (
        select distinct resolved.person_key, erased_keys.keyed_value
        from {{ ref("stg_erased_identity_keys") }} as erased_keys
        inner join
            resolved
            on erased_keys.source_system = resolved.source_system
            and erased_keys.customer_id = resolved.source_customer_id
        where erased_keys.match_rule = 'name'
    ),

    named_people as (select distinct person_key from names),

    -- who came back after the request has a record of a later day, which stays; and
    -- what
    -- joins an erased person by a shared mailbox or number goes only under the same
    -- name
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
        left join
            erased
            on resolved.source_system = erased.source_system
            and resolved.source_customer_id = erased.customer_id
        left join named_people on resolved.person_key = named_people.person_key
        left join
            names
            on resolved.person_key = names.person_key
            and {{ keyed("records.name_key") }} = names.keyed_value
        where
            records.created_at <= requests.requested_at
            and (
                named_people.person_key is null
                or erased.customer_id is not null
                or names.keyed_value is not null
            )
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
