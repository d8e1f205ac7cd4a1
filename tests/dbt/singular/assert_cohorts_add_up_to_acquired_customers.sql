-- Everybody with a counted order is in one cohort of each grain, under one value of
-- every
-- dimension. A cancelled order that opens a cohort, or a guest in one, shows here.
with
    cohorts as (select * from {{ ref("metrics_cohorts") }} where period_number = 0),

    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    summed as (
        select
            dimension, cohort_grain, sum(cohort_customer_count) as cohort_customer_count
        from cohorts
        group by dimension, cohort_grain
    ),

    buyers as (select count(distinct customer_id) as customer_count from orders)

select summed.*, buyers.customer_count
from summed
cross join buyers
where summed.cohort_customer_count <> buyers.customer_count
