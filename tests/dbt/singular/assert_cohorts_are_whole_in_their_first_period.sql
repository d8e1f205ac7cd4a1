-- The order that opens a cohort lies in its period 0, so all are active in it. Less
-- means
-- that an acquisition day is not the day of a counted order.
select *
from {{ ref("metrics_cohorts") }}
where
    (
        period_number = 0
        and (active_customer_count <> cohort_customer_count or retention_rate <> 1)
    )
    or active_customer_count > cohort_customer_count
