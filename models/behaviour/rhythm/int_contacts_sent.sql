with
    contacts as (select * from {{ ref("fct_contacts") }} where customer_id <> 'guest'),

    consents as (select * from {{ ref("int_consent_spans") }}),

    -- a log without directions is one of contacts that were made, so only what says
    -- that it came in is left out
    sent as (select * from contacts where direction <> 'inbound'),

    -- what never left burdens nobody, and is spaced for itself
    spaced as (
        select
            *,
            lag(contact_date, {{ var("max_contacts_30d") }}) over (
                partition by customer_id, has_left
                order by contact_date, contacted_at, contact_id
            ) as first_of_too_many_date

        from sent
    )

select
    spaced.contact_id,
    spaced.customer_id,
    spaced.order_id,
    spaced.ticket_id,
    spaced.contacted_at,
    spaced.contact_date,
    spaced.channel,
    spaced.purpose,

    -- flags
    spaced.is_reached,
    spaced.has_left,
    spaced.has_contacted_time,
    spaced.has_left
    and coalesce(
        spaced.first_of_too_many_date > spaced.contact_date - 30, false
    ) as is_too_many,
    consents.has_consent,
    consents.is_erased

from spaced
inner join
    consents
    on spaced.customer_id = consents.customer_id
    and spaced.contact_date between consents.from_date and consents.to_date
