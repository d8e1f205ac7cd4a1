-- Who answered or was asked stands under one value of every dimension of customers.
-- Touchpoints do not add up: a customer may answer at several in one period.
{%- set measures = [
    "response_count",
    "promoter_count",
    "passive_count",
    "detractor_count",
    "satisfied_count",
    "invited_count",
    "answered_invitation_count",
] %}
with
    counts as (
        select * from {{ ref("int_survey_periods") }} where dimension <> 'touchpoint'
    )

    {{ not_adding_up("counts", measures, within=["survey_type"]) }}
