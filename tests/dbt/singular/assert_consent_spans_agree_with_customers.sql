-- The span that holds the as-of day says of every customer what dim_customers says,
-- and no
-- channel of the worklist is consented to by somebody who consents to none.
with
    spans as (
        select spans.*
        from {{ ref("int_consent_spans") }} as spans
        inner join
            {{ ref("int_as_of") }} as as_of
            on as_of.as_of_date between spans.from_date and spans.to_date
    )

select customers.customer_id, customers.has_marketing_consent, spans.has_consent
from {{ ref("dim_customers") }} as customers
left join spans on customers.customer_id = spans.customer_id
where spans.has_consent is distinct from customers.has_marketing_consent

union all

select
    customers.customer_id, customers.has_marketing_consent, contacts.has_email_consent
from {{ ref("dim_customers") }} as customers
inner join
    {{ ref("mart_customer_contacts") }} as contacts
    on customers.customer_id = contacts.customer_id
where
    not customers.has_marketing_consent
    and (
        contacts.has_email_consent
        or contacts.has_phone_consent
        or contacts.has_sms_consent
        or contacts.has_app_consent
        or contacts.has_post_consent
    )
