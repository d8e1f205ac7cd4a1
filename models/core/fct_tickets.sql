with
    tickets as (
        select
            *,
            -- what was closed later was open on the day
            case
                when landed_state = 'closed' and closed_day > as_of_date
                then 'open'
                else landed_state
            end as ticket_state

        from {{ ref("int_tickets_judged") }}
        where row_state = 'accepted'
    ),

    final as (
        select
            -- ids
            {{ source_key("source_system", "ticket_id") }} as ticket_id,
            customer_id,
            case
                when order_id is not null
                then {{ source_key("source_system", "order_id") }}
            end as order_id,
            source_system,

            -- dates
            opened_at,
            opened_date,
            first_responded_at,
            first_responded_date,
            resolved_at,
            resolved_date,
            case when closed_day <= as_of_date then closed_day end as closed_date,

            -- categories
            coalesce(opened_by, 'unknown') as opened_by,
            case
                when first_responded_at is not null and first_response_kind is not null
                then first_response_kind
                else 'unknown'
            end as first_response_kind,
            coalesce(category, 'unknown') as category,
            coalesce(kind, 'unknown') as kind,
            coalesce(channel, 'unknown') as channel,
            coalesce(severity, 'unknown') as severity,
            coalesce(status, 'unknown') as status,
            ticket_state,
            market,

            -- flags
            ticket_state = 'open' as is_open,
            ticket_state = 'closed' as is_resolved,
            ticket_state = 'void' as is_void,
            -- a bare date is a day, and no moment
            opened_on is null as has_opened_time,
            first_responded_at is not null
            and first_responded_on is null as has_first_responded_time,
            resolved_at is not null and resolved_on is null as has_resolved_time,

            -- counts
            coalesce(reopened_count, 0) as reopened_count,

            -- money
            cast(
                coalesce(reporting_compensation_amount, 0) as decimal(18, 2)
            ) as compensation_amount,

            -- trace
            landing_file_id,
            record_number

        from tickets
    )

select *
from final
