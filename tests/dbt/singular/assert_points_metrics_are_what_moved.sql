-- In every row start + moved = end. What a customer is does not change between periods,
-- so there a period starts where the one before ended; and `all` is the ledger.
with
    metrics as (
        select
            *,
            lag(points_balance, 1, 0) over (
                partition by dimension, dimension_value, period_grain
                order by period_start_date
            ) as earlier_balance
        from {{ ref("metrics_loyalty") }}
    ),

    summed as (
        select
            period_grain,
            dimension,
            sum(points_earned) as points_earned,
            sum(points_spent) as points_spent,
            sum(points_expired) as points_expired,
            sum(points_adjusted) as points_adjusted,
            sum(points_reversed) as points_reversed

        from metrics
        group by period_grain, dimension
    ),

    ledger as (
        select
            coalesce(sum(points_earned), 0) as points_earned,
            coalesce(sum(points_spent), 0) as points_spent,
            coalesce(sum(points_expired), 0) as points_expired,
            coalesce(sum(points_adjusted), 0) as points_adjusted,
            coalesce(sum(points_reversed), 0) as points_reversed
        from {{ ref("mart_customer_loyalty") }}
    )

select dimension, dimension_value, period_grain, period_start_date, points_balance
from metrics
where
    points_balance
    <> points_balance_at_start
    + points_earned
    - points_spent
    - points_expired
    + points_adjusted
    + points_reversed
    or (
        dimension not in ('{{ held_bands() | join("', '") }}')
        and points_balance_at_start <> earlier_balance
    )

union all

select summed.dimension, 'in all', summed.period_grain, null, null
from summed
cross join ledger
where
    summed.points_earned <> ledger.points_earned
    or summed.points_spent <> ledger.points_spent
    or summed.points_expired <> ledger.points_expired
    or summed.points_adjusted <> ledger.points_adjusted
    or summed.points_reversed <> ledger.points_reversed
