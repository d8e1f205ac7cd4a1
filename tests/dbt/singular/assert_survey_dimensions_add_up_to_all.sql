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
    ),

    summed as (
        select
            survey_type,
            dimension,
            period_grain,
            period_start_date,
            {%- for measure in measures %}
                sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
            {%- endfor %}

        from counts
        group by survey_type, dimension, period_grain, period_start_date
    )

select summed.*
from summed
inner join
    counts as whole
    on summed.survey_type = whole.survey_type
    and summed.period_grain = whole.period_grain
    and summed.period_start_date = whole.period_start_date
    and whole.dimension = 'all'
where
    false
    {%- for measure in measures %}
        or summed.{{ measure }} <> whole.{{ measure }}
    {%- endfor %}
