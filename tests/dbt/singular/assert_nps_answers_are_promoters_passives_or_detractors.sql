-- An answer outside the three bands would stay in the denominator and pull the score
-- to 0.
select *
from {{ ref("metrics_nps") }}
where
    response_count <> promoter_count + passive_count + detractor_count
    or answered_invitation_count > invited_count
    or (nps_score is null) <> (response_count = 0)
    or not coalesce(nps_score between -100 and 100, true)
    or not coalesce(nps_low_score between -100 and nps_high_score, true)
    or not coalesce(nps_high_score between nps_low_score and 100, true)
