with
    responses as (select * from {{ ref("fct_survey_responses") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    answers_ranked as (
        select
            responses.survey_type,
            responses.customer_id,
            responses.touchpoint,
            responses.score_band,
            period_days.period_grain,
            period_days.period_start_date,
            {%- for name, more in {
                "customer": "",
                "touchpoint": ", responses.touchpoint",
            }.items() %}
                row_number() over (
                    partition by
                        responses.survey_type,
                        responses.customer_id,
                        period_days.period_grain,
                        period_days.period_start_date{{ more }}
                    order by responses.responded_at desc, responses.response_id desc
                ) as {{ name }}_rank{{ "," if not loop.last }}
            {%- endfor %}

        from responses
        inner join period_days on responses.responded_date = period_days.day_date
        where responses.is_answered
    ),

    latest_answers as (select * from answers_ranked where customer_rank = 1),

    answers as (
        {{ in_dimensions("latest_answers") }}

        union all

        select
            'touchpoint' as dimension, touchpoint as dimension_value, answers_ranked.*
        from answers_ranked
        where touchpoint_rank = 1
    ),

    answered as (select distinct invitation_id from responses where is_answered),

    -- a reminder invites nobody anew; whoever answers it answers the invitation
    invited as (
        select
            responses.customer_id,
            responses.survey_type,
            responses.touchpoint,
            period_days.period_grain,
            period_days.period_start_date,
            answered.invitation_id is not null as is_answered

        from responses
        inner join period_days on responses.invited_date = period_days.day_date
        left join answered on responses.response_id = answered.invitation_id
        where not responses.is_reminder
    ),

    invitations as (
        {{ in_dimensions("invited") }}

        union all

        select 'touchpoint' as dimension, touchpoint as dimension_value, invited.*
        from invited
    ),

    counted as (
        select
            survey_type,
            dimension,
            dimension_value,
            period_grain,
            period_start_date,
            count(*) as response_count,
            count_if(score_band = 'promoter') as promoter_count,
            count_if(score_band = 'passive') as passive_count,
            count_if(score_band = 'detractor') as detractor_count,
            count_if(score_band = 'satisfied') as satisfied_count,
            0 as invited_count,
            0 as answered_invitation_count

        from answers
        group by
            survey_type, dimension, dimension_value, period_grain, period_start_date

        union all

        select
            survey_type,
            dimension,
            dimension_value,
            period_grain,
            period_start_date,
            0,
            0,
            0,
            0,
            0,
            count(*),
            count_if(is_answered)

        from invitations
        group by
            survey_type, dimension, dimension_value, period_grain, period_start_date
    )

select
    survey_type,
    dimension,
    dimension_value,
    period_grain,
    period_start_date,
    {%- for name in [
        "response",
        "promoter",
        "passive",
        "detractor",
        "satisfied",
        "invited",
        "answered_invitation",
    ] %}
        cast(
            sum({{ name }}_count) as bigint
        ) as {{ name }}_count{{ "," if not loop.last }}
    {%- endfor %}

from counted
group by survey_type, dimension, dimension_value, period_grain, period_start_date
