with
    days as (select * from {{ ref("int_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    starts as (
        {%- for grain in ["month", "quarter", "year"] %}
            select distinct
                '{{ grain }}' as period_grain,
                cast(
                    {{ dbt.date_trunc(grain, "day_date") }} as date
                ) as period_start_date
            from days

            union all
        {%- endfor %}

        select distinct 'week' as period_grain, week_start_date as period_start_date
        from days
    ),

    ended as (
        select
            starts.period_grain,
            starts.period_start_date,
            cast(
                case
                    starts.period_grain
                    when 'week'
                    then starts.period_start_date + interval 7 day
                    when 'month'
                    then starts.period_start_date + interval 1 month
                    when 'quarter'
                    then starts.period_start_date + interval 3 month
                    else starts.period_start_date + interval 12 month
                end as date
            ) as next_start_date,
            cast(
                case
                    starts.period_grain
                    when 'week'
                    then starts.period_start_date - interval 7 day
                    when 'month'
                    then starts.period_start_date - interval 1 month
                    when 'quarter'
                    then starts.period_start_date - interval 3 month
                    else starts.period_start_date - interval 12 month
                end as date
            ) as previous_start_date,
            as_of.as_of_date

        from starts
        inner join as_of on starts.period_start_date <= as_of.as_of_date
    )

select
    period_grain,
    period_start_date,
    next_start_date - 1 as period_end_date,
    previous_start_date,
    period_start_date - 1 as day_before_date,
    least(next_start_date - 1, as_of_date) as observed_end_date,
    next_start_date - 1 <= as_of_date as is_complete

from ended
