with
    contacts as (
        select * from {{ ref("int_contacts_judged") }} where row_state = 'accepted'
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
            coalesce(outcome, 'unknown') as outcome,
            market,

            -- trace
            landing_file_id,
            record_number

        from contacts
    )

select *
from final
