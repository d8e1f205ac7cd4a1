-- What the metric calls the cost of keeping customers is the ledger of retention and
-- service, in every period.
with
    ledger as (
        select * from {{ ref("fct_costs") }} where purpose in ('retention', 'service')
    ),

    period_days as (
        select * from {{ ref("int_period_days") }} where period_grain <> 'week'
    ),

    costs as (
        select * from {{ ref("metrics_cost_per_customer") }} where dimension = 'all'
    ),

    expected as (
        select
            period_days.period_grain,
            period_days.period_start_date,
            sum(ledger.amount) as amount,
            sum(ledger.unallocated_amount) as unallocated_amount

        from ledger
        inner join period_days on ledger.cost_month = period_days.day_date
        group by period_days.period_grain, period_days.period_start_date
    )

select *
from expected
full outer join
    costs
    on expected.period_grain = costs.period_grain
    and expected.period_start_date = costs.period_start_date
where
    coalesce(costs.total_cost_amount, 0) <> coalesce(expected.amount, 0)
    or coalesce(costs.unallocated_cost_amount, 0)
    <> coalesce(expected.unallocated_amount, 0)
    or coalesce(costs.total_cost_amount, 0)
    <> coalesce(costs.direct_cost_amount, 0)
    + coalesce(costs.indirect_cost_amount, 0)
    + coalesce(costs.unallocated_cost_amount, 0)
