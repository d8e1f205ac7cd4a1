with
    responses as (select * from {{ ref("int_survey_responses_judged") }}),

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
    )

select
    *,
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
    end as score_band

from scaled
