-- An allocated cost goes with its customer, so the values of a dimension add up to
-- `all`;
-- the two purposes share the costs, and not the customers.
with
    costs as (select * from {{ ref("metrics_cost_per_customer") }}),

    summed as (
        select
            dimension,
            period_grain,
            period_start_date,
            sum(direct_cost_amount) as direct_cost_amount,
            sum(indirect_cost_amount) as indirect_cost_amount,
            sum(unallocated_cost_amount) as unallocated_cost_amount,
            sum(served_customer_count) as served_customer_count

        from costs
        group by dimension, period_grain, period_start_date
    )

select summed.*
from summed
inner join
    costs as whole
    on summed.period_grain = whole.period_grain
    and summed.period_start_date = whole.period_start_date
    and whole.dimension = 'all'
where
    summed.direct_cost_amount <> whole.direct_cost_amount
    or summed.indirect_cost_amount <> whole.indirect_cost_amount
    or (summed.dimension <> 'all' and summed.unallocated_cost_amount <> 0)
    or (
        summed.dimension <> 'purpose'
        and summed.served_customer_count <> whole.served_customer_count
    )
