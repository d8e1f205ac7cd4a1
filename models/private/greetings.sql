with
    contacts_due as (
        select * from {{ ref("int_contacts_due") }} where contact_reason = 'birthday'
    ),

    profiles as (select * from {{ ref("int_customers_profiled") }}),

    channels as (select * from {{ ref("contact_channels") }}),

    final as (
        select
            -- ids
            contacts_due.customer_id,

            -- personal
            profiles.full_name,
            contacts_due.event_date as birthday_date,
            case
                channels.reached_by
                when 'email'
                then profiles.email
                when 'phone'
                then profiles.phone
                when 'postcode'
                then concat_ws(' ', profiles.postcode, profiles.city)
            end as address,

            -- categories
            profiles.market,
            profiles.language_code,
            contacts_due.channel,
            contacts_due.priority,

            -- flags
            contacts_due.is_overdue,

            -- dates
            contacts_due.due_date as greeting_due_date,
            contacts_due.earliest_contact_date

        from contacts_due
        inner join profiles on contacts_due.customer_id = profiles.customer_id
        inner join channels on contacts_due.channel = channels.channel
    )

select *
from final
