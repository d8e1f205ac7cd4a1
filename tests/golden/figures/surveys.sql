select
    'nps' as survey_type,
    period_start_date,
    response_count,
    promoter_count,
    detractor_count,
    null as satisfied_count,
    invited_count,
    answered_invitation_count,
    round(nps_score, 4) as score,
    round(nps_low_score, 4) as low,
    round(nps_high_score, 4) as high
from metrics.metrics_nps
where dimension = 'all' and period_grain = 'quarter'
union all
select
    survey_type,
    period_start_date,
    response_count,
    null,
    null,
    satisfied_count,
    invited_count,
    answered_invitation_count,
    round(satisfaction_rate, 6),
    round(satisfaction_low_rate, 6),
    round(satisfaction_high_rate, 6)
from metrics.metrics_satisfaction
where dimension = 'all' and period_grain = 'quarter'
order by all
