with
    responses as (
        select *
        from {{ ref("int_survey_responses_judged") }}
        where row_state = 'accepted'
    ),

    scaled as (
        select
            *,
            coalesce(
                scale_min, case when survey_type = 'nps' then 0 else 1 end
            ) as known_scale_min,
            coalesce(
                scale_max,
                case survey_type when 'nps' then 10 when 'csat' then 5 else 7 end
            ) as known_scale_max

        from responses
    ),

    final as (
        select
            -- ids
            {{ source_key("source_system", "response_id") }} as response_id,
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

            -- exact comparisons, so that no rounding decides: NPS by its own scale,
            -- CSAT >= 4 of 1..5, CES >= 5 of 1..7
            case
                when known_score is null
                then null
                when survey_type = 'nps' and known_score >= 9
                then 'promoter'
                when survey_type = 'nps' and known_score <= 6
                then 'detractor'
                when survey_type = 'nps'
                then 'passive'
                when
                    survey_type = 'csat'
                    and 4 * (known_score - known_scale_min)
                    >= 3 * (known_scale_max - known_scale_min)
                then 'satisfied'
                when
                    survey_type = 'ces'
                    and 6 * (known_score - known_scale_min)
                    >= 4 * (known_scale_max - known_scale_min)
                then 'satisfied'
                else 'not_satisfied'
            end as score_band,

            -- flags
            known_score is not null as is_answered,

            -- trace
            landing_file_id,
            record_number

        from scaled
    )

select *
from final
