-- Customers won in a month or quarter are the cohort of that period.
with
    cohorts as (select * from {{ ref("metrics_cohorts") }} where period_number = 0),

    economics as (
        select *
        from {{ ref("metrics_unit_economics") }}
        where period_grain in ('month', 'quarter')
    )

select economics.*, cohorts.cohort_customer_count
from economics
left join
    cohorts
    on economics.dimension = cohorts.dimension
    and economics.dimension_value = cohorts.dimension_value
    and economics.period_grain = cohorts.cohort_grain
    and economics.period_start_date = cohorts.cohort_start_date
where economics.acquired_customer_count <> coalesce(cohorts.cohort_customer_count, 0)
