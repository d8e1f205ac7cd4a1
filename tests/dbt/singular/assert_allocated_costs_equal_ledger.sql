-- Nothing is lost or invented where costs are shared: in every month, what customers
-- bear
-- and what nobody could be charged with are the ledger, to the cent.
with
    ledger as (
        select
            cost_month,
            purpose,
            is_direct,
            sum(amount) as amount,
            sum(allocated_amount) as allocated_amount,
            sum(unallocated_amount) as unallocated_amount

        from {{ ref("fct_costs") }}
        group by cost_month, purpose, is_direct
    ),

    shares as (
        select cost_month, purpose, is_direct, sum(allocated_amount) as allocated_amount
        from {{ ref("fct_customer_costs") }}
        group by cost_month, purpose, is_direct
    )

select ledger.*, shares.allocated_amount as shared_amount
from ledger
full outer join
    shares
    on ledger.cost_month = shares.cost_month
    and ledger.purpose = shares.purpose
    and ledger.is_direct = shares.is_direct
where
    coalesce(shares.allocated_amount, 0) + coalesce(ledger.unallocated_amount, 0)
    <> coalesce(ledger.amount, 0)
    or coalesce(ledger.allocated_amount, 0) <> coalesce(shares.allocated_amount, 0)
