-- Whoever was won came through one channel, and all money was spent on a channel, or in
-- a month in which nobody was won to share it.
with
    economics as (select * from {{ ref("metrics_unit_economics") }}),

    channels as (
        select
            period_grain,
            period_start_date,
            sum(acquired_customer_count) as acquired_customer_count,
            sum(acquisition_cost_amount) as acquisition_cost_amount,
            sum(unallocated_cost_amount) as unallocated_cost_amount

        from economics
        where dimension = 'acquisition_channel'
        group by period_grain, period_start_date
    ),

    wholes as (select * from economics where dimension = 'all')

select wholes.*
from wholes
full outer join
    channels
    on wholes.period_grain = channels.period_grain
    and wholes.period_start_date = channels.period_start_date
where
    coalesce(wholes.acquired_customer_count, 0)
    <> coalesce(channels.acquired_customer_count, 0)
    or coalesce(wholes.acquisition_cost_amount, 0)
    <> coalesce(channels.acquisition_cost_amount, 0)
    + coalesce(wholes.unallocated_cost_amount, 0)
    or coalesce(channels.unallocated_cost_amount, 0) <> 0
    or (
        wholes.period_grain = 'month'
        and wholes.acquired_customer_count > 0
        and wholes.unallocated_cost_amount <> 0
    )
