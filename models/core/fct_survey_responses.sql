with
    responses as (
        select *
        from {{ ref("int_survey_responses_banded") }}
        where row_state = 'accepted'
    ),

    invitations as (select * from {{ ref("int_survey_invitations") }}),

    keyed as (
        select *, {{ source_key("source_system", "response_id") }} as response_key
        from responses
    ),

    final as (
        select
            -- ids
            keyed.response_key as response_id,
            invitations.invitation_id,
            customer_id,
            case
                when order_id is not null
                then {{ source_key("source_system", "order_id") }}
            end as order_id,
            case
                when ticket_id is not null
                then {{ source_key("source_system", "ticket_id") }}
            end as ticket_id,
            source_system,

            -- dates
            invited_at,
            responded_at,
            -- a response without an invitation counts as invited that day
            coalesce(invited_date, responded_date) as invited_date,
            responded_date,

            -- categories
            survey_type,
            coalesce(touchpoint, 'unknown') as touchpoint,
            market,

            -- scores
            known_score as score,
            cast(known_scale_min as decimal(9, 3)) as scale_min,
            cast(known_scale_max as decimal(9, 3)) as scale_max,

            score_band,

            -- flags
            known_score is not null as is_answered,
            invitations.invitation_id <> keyed.response_key as is_reminder,

            -- trace
            landing_file_id,
            record_number

        from keyed
        inner join invitations on keyed.response_key = invitations.response_id
    )

select *
from final
