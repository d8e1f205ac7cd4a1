with
    occasions as (select * from {{ ref("int_greeting_occasions") }}),

    rules as (select * from {{ ref("contact_rules") }}),

    consents as (select * from {{ ref("int_consent_spans") }}),

    purchases as (select * from {{ ref("int_purchase_spans") }}),

    contacts as (select * from {{ ref("int_contacts_sent") }} where is_reached),

    -- whom the rule means, and who agreed, on the day itself
    due as (
        select
            occasions.*,
            rules.purpose,
            occasions.event_date - rules.early_days as from_date,
            occasions.event_date + rules.due_within_days as due_date,
            occasions.event_date
            + rules.due_within_days
            + coalesce(rules.late_days, 0) as last_date

        from occasions
        inner join rules on occasions.contact_reason = rules.contact_reason
        inner join
            consents
            on occasions.customer_id = consents.customer_id
            and occasions.event_date between consents.from_date and consents.to_date
        inner join
            purchases
            on occasions.customer_id = purchases.customer_id
            and occasions.event_date between purchases.from_date and purchases.to_date
        where
            consents.has_consent
            and (
                rules.customers in ('all', 'acquired')
                or (
                    rules.customers = 'lapsed'
                    and occasions.event_date >= purchases.lapsed_date
                )
                or (
                    rules.customers = 'current'
                    and occasions.event_date < purchases.lapsed_date
                )
            )
    ),

    matched as (
        select
            due.customer_id,
            due.contact_reason,
            due.event_date,
            contacts.contact_id,
            contacts.contact_date,
            -- one greeting greets once: to the birthday, if it could be to either
            row_number() over (
                partition by contacts.contact_id
                order by due.contact_reason, due.event_date, due.reference
            ) as occasion_rank

        from due
        inner join
            contacts
            on due.customer_id = contacts.customer_id
            and contacts.contact_date >= due.from_date
            and contacts.contact_date <= due.last_date
            and (contacts.purpose = due.purpose or due.purpose = 'any')
    ),

    greeted as (
        select
            customer_id, contact_reason, event_date, min(contact_date) as greeted_date
        from matched
        where occasion_rank = 1
        group by customer_id, contact_reason, event_date
    )

select
    due.customer_id,
    due.contact_reason,
    due.reference,

    -- dates
    due.event_date,
    due.due_date,
    due.last_date,
    greeted.greeted_date,

    -- flags
    coalesce(greeted.greeted_date <= due.due_date, false) as is_kept

from due
left join
    greeted
    on due.customer_id = greeted.customer_id
    and due.contact_reason = greeted.contact_reason
    and due.event_date = greeted.event_date
