with
    -- a birth date is personal: birthdays are listed in private.personal.greetings
    -- alone
    contacts_due as (
        select * from {{ ref("int_contacts_due") }} where contact_reason <> 'birthday'
    ),

    final as (
        select
            -- ids
            customer_id
            || '|'
            || contact_reason
            || case
                when contact_reason = 'follow_up' then '|' || reference else ''
            end as contact_due_key,
            customer_id,
            reference,

            -- categories
            contact_reason,
            channel,
            priority,

            -- flags
            is_overdue,

            -- dates
            event_date,
            due_date,
            earliest_contact_date

        from contacts_due
    )

select *
from final
