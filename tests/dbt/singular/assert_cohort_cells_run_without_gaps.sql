-- A cohort has a cell for every period from its own to the running one, and for none
-- after: an observed zero is a row, the unobserved is not.
with
    cohorts as (select * from {{ ref("metrics_cohorts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    counted as (
        select
            dimension,
            dimension_value,
            cohort_grain,
            cohort_start_date,
            count(*) as cell_count,
            max(period_number) as last_period_number

        from cohorts
        group by dimension, dimension_value, cohort_grain, cohort_start_date
    ),

    expected as (
        select cohorts.*, periods_since.period_count
        from counted as cohorts
        inner join
            lateral(
                select count(*) as period_count
                from periods
                where
                    periods.period_grain = cohorts.cohort_grain
                    and periods.period_start_date >= cohorts.cohort_start_date
            ) as periods_since
            on true
    )

select *
from expected
where cell_count <> period_count or last_period_number <> period_count - 1
