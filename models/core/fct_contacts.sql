with
    contacts as (
        select * from {{ ref("int_contacts_judged") }} where row_state = 'accepted'
    ),

    outcomes as (
        select lower(outcome) as outcome_word, reach from {{ ref("contact_outcomes") }}
    ),

    final as (
        select
            -- ids
            {{ source_key("source_system", "contact_id") }} as contact_id,
            customer_id,
            case
                when order_id is not null
                then {{ source_key("source_system", "order_id") }}
            end as order_id,
            case
                when ticket_id is not null
                then {{ source_key("source_system", "ticket_id") }}
            end as ticket_id,
            campaign_id,
            source_system,

            -- dates
            contacted_at,
            contacted_date as contact_date,

            -- categories
            channel,
            coalesce(direction, 'unknown') as direction,
            coalesce(purpose, 'unknown') as purpose,
            coalesce(contacts.outcome, 'unknown') as outcome,
            market,

            -- flags; a missing or unknown outcome has reached
            coalesce(outcomes.reach in ('reached', 'answered'), true) as is_reached,
            coalesce(outcomes.reach = 'answered', false) as is_answered,
            coalesce(outcomes.reach not in ('bounced', 'not_sent'), true) as has_left,
            coalesce(outcomes.reach = 'bounced', false) as is_bounced,
            -- a bare date is a day, and no moment
            contacted_on is null as has_contacted_time,

            -- trace
            landing_file_id,
            record_number

        from contacts
        left join outcomes on lower(contacts.outcome) = outcomes.outcome_word
    )

select *
from final
