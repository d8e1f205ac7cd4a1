-- The customers followed of every dimension are those of `all`, and the months of a
-- year are the year.
with
    recovery as (select * from {{ ref("metrics_service_recovery") }}),

    by_dimension as (
        select
            dimension,
            period_grain,
            period_start_date,
            experience,
            sum(followed_customer_count) as followed_customer_count,
            sum(retained_customer_count) as retained_customer_count

        from recovery
        group by dimension, period_grain, period_start_date, experience
    ),

    by_year as (
        select
            cast(
                {{ dbt.date_trunc("year", "period_start_date") }} as date
            ) as period_start_date,
            experience,
            sum(followed_customer_count) as followed_customer_count,
            sum(retained_customer_count) as retained_customer_count

        from recovery
        where dimension = 'all' and period_grain = 'month'
        group by 1, 2
    ),

    added as (
        select *
        from by_dimension

        union all

        select
            'all',
            'year',
            period_start_date,
            experience,
            followed_customer_count,
            retained_customer_count
        from by_year
    )

select added.*
from added
inner join
    recovery as whole
    on added.period_grain = whole.period_grain
    and added.period_start_date = whole.period_start_date
    and added.experience = whole.experience
    and whole.dimension = 'all'
where
    added.followed_customer_count <> whole.followed_customer_count
    or added.retained_customer_count <> whole.retained_customer_count
