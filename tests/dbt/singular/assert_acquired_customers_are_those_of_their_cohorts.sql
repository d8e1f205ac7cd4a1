-- Customers won in a month are the cohort of that month.
select economics.*, cohorts.cohort_customer_count
from {{ ref("metrics_unit_economics") }} as economics
left join
    {{ ref("metrics_cohorts") }} as cohorts
    on economics.dimension = cohorts.dimension
    and economics.dimension_value = cohorts.dimension_value
    and economics.period_start_date = cohorts.cohort_start_date
    and cohorts.cohort_grain = 'month'
    and cohorts.period_number = 0
where economics.acquired_customer_count <> coalesce(cohorts.cohort_customer_count, 0)
