-- A share lies within its interval, and the interval within 0 and 1.
select *
from {{ ref("metrics_satisfaction") }}
where
    satisfied_count > response_count
    or answered_invitation_count > invited_count
    or (satisfaction_rate is null) <> (response_count = 0)
    -- the bounds of a share of 0 or 1 meet it up to the last digits of a double
    or satisfaction_low_rate > satisfaction_rate + 1e-9
    or satisfaction_high_rate < satisfaction_rate - 1e-9
    or satisfaction_low_rate < 0
    or satisfaction_high_rate > 1
