-- Members and others are the active customers of metrics_retention, and the last period
-- ends with the members and the balance of mart_customer_loyalty.
with
    loyalty as (select * from {{ ref("metrics_loyalty") }}),

    retention as (select * from {{ ref("metrics_retention") }}),

    periods as (select * from {{ ref("int_periods") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    members as (
        select
            count_if(is_member) as member_count, sum(points_balance) as points_balance
        from {{ ref("mart_customer_loyalty") }}
    ),

    disagreeing as (
        select loyalty.*
        from retention
        inner join loyalty using ({{ metric_key() }})
        where
            loyalty.start_member_count + loyalty.start_non_member_count
            <> retention.start_customer_count
            or loyalty.retained_member_count + loyalty.retained_non_member_count
            <> retention.retained_customer_count
            or loyalty.active_member_count > retention.end_customer_count
            or loyalty.start_member_count > loyalty.member_count
            or loyalty.new_member_count > loyalty.member_count
    )

select {{ metric_key() }}
from disagreeing
where dimension not in ('{{ held_bands() | join("', '") }}')

union all

select
    loyalty.dimension,
    loyalty.dimension_value,
    loyalty.period_grain,
    loyalty.period_start_date
from loyalty
inner join
    periods
    on loyalty.period_grain = periods.period_grain
    and loyalty.period_start_date = periods.period_start_date
inner join as_of on periods.observed_end_date = as_of.as_of_date
cross join members
where
    loyalty.dimension = 'all'
    and (
        loyalty.member_count <> members.member_count
        or loyalty.points_balance <> members.points_balance
    )
