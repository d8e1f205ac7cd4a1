-- Whoever answers three times in a month has one voice: scores are of customers.
with
    responses as (select * from {{ ref("fct_survey_responses") }} where is_answered),

    period_days as (select * from {{ ref("int_period_days") }}),

    counts as (select * from {{ ref("int_survey_periods") }} where dimension = 'all'),

    voices as (
        select
            responses.survey_type,
            period_days.period_grain,
            period_days.period_start_date,
            count(distinct responses.customer_id) as customer_count

        from responses
        inner join period_days on responses.responded_date = period_days.day_date
        group by
            responses.survey_type,
            period_days.period_grain,
            period_days.period_start_date
    )

select
    survey_type,
    period_grain,
    period_start_date,
    counts.response_count,
    voices.customer_count

from counts
full outer join voices using (survey_type, period_grain, period_start_date)
where coalesce(counts.response_count, 0) <> coalesce(voices.customer_count, 0)
