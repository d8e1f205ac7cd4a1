{#- NPS is defined on whole scores from 0 to 10; the other scales may differ and are rescaled later -#}
{{
    staged(
        "survey_responses",
        refusals=[
            "case when survey_type = 'nps' and (coalesce(scale_min, 0) <> 0 or coalesce(scale_max, 10) <> 10)             then 'scale_max:unknown_scale' end",
            "case when scale_max <= scale_min then 'scale_max:bad_scale' end",
            "case when score < coalesce(scale_min, case when survey_type = 'nps' then 0 else 1 end)             or score > coalesce(                 scale_max, case survey_type when 'nps' then 10 when 'csat' then 5 when 'ces' then 7 end             )             or (survey_type = 'nps' and score <> floor(score))             then 'score:score_out_of_scale' end",
            "case when responded_at is null and (score is not null or invited_at is null)             then 'responded_at:missing_responded_at' end",
            "case when coalesce(invited_at, responded_at) > observed_until_at then 'invited_at:in_the_future' end",
        ],
    )
}}
