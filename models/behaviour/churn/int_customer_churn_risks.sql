with
    scores as (select * from {{ ref("int_churn_scores") }} where fit_name = 'tonight'),

    -- a score is fixed as a decimal before a band is cut from it
    fixed as (
        select
            customer_id,
            cast(churn_score as decimal(9, 6)) as fixed_score,
            main_risk_reason,
            risk_reasons,
            fit_status

        from scores
    )

select
    *,
    case
        when fixed_score >= {{ var("churn_high_risk_score") }}
        then 'high'
        when fixed_score >= {{ var("churn_medium_risk_score") }}
        then 'medium'
        when fixed_score is not null
        then 'low'
    end as risk_band

from fixed
