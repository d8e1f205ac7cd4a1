with
    counts as (
        select *
        from {{ ref("int_survey_periods") }}
        where survey_type in ('csat', 'ces')
    ),

    rated as (
        select *, {{ rate("satisfied_count", "response_count") }} as satisfaction_rate
        from counts
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},
            survey_type,

            -- dates
            period_end_date,

            -- flags
            is_complete,
            is_reportable,

            -- counts
            response_count,
            satisfied_count,
            invited_count,
            answered_invitation_count,

            -- rates
            satisfaction_rate,
            {{ wilson_bound("satisfaction_rate", "response_count", "-") }}
            as satisfaction_low_rate,
            {{ wilson_bound("satisfaction_rate", "response_count", "+") }}
            as satisfaction_high_rate,
            {{ rate("answered_invitation_count", "invited_count") }} as response_rate

        from rated
    )

select *
from final
