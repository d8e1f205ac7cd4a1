with
    {{ located("survey_responses", others=["invited", "responded"]) }},

    valued as (
        select
            located.*,
            case when responded_date is not null then score end as known_score

        from located
    ),

    {{
        row_states(
            "valued",
            "survey_responses",
            ["source_system", "response_id"],
            not_yet="coalesce(invited_day, responded_day) > as_of_date",
        )
    }}

select *
from stated
