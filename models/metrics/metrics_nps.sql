with
    counts as (select * from {{ ref("int_survey_periods") }} where survey_type = 'nps'),

    -- adjusted Wald interval: three answers are added, three quarters of them
    -- promoters, three quarters detractors
    adjusted as (
        select
            *,
            (promoter_count + 0.75e0) / (response_count + 3) as promoter_share,
            (detractor_count + 0.75e0) / (response_count + 3) as detractor_share

        from counts
    ),

    bounded as (
        select
            *,
            promoter_share - detractor_share as net_share,
            1.959964e0 * sqrt(
                (
                    promoter_share
                    + detractor_share
                    - power(promoter_share - detractor_share, 2)
                )
                / (response_count + 3)
            ) as half_width

        from adjusted
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,
            is_reportable,

            -- counts
            response_count,
            promoter_count,
            passive_count,
            detractor_count,
            invited_count,
            answered_invitation_count,

            -- scores
            100
            * {{ rate("promoter_count - detractor_count", "response_count") }}
            as nps_score,
            case
                when response_count > 0
                then greatest(100 * (net_share - half_width), -100)
            end as nps_low_score,
            case
                when response_count > 0 then least(100 * (net_share + half_width), 100)
            end as nps_high_score,

            -- rates
            {{ rate("answered_invitation_count", "invited_count") }} as response_rate

        from bounded
    )

select *
from final
