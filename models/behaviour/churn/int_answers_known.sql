with
    {{
        known_versions(
            "int_survey_responses_banded", ["source_system", "response_id"]
        )
    }}

select
    source_system,
    response_id,
    customer_id,
    responded_at,
    responded_date,
    score_band,
    known_from_at,
    known_to_at

from known
where known_score is not null
