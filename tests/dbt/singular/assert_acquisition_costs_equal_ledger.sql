-- What winning customers cost is shared or shown as unallocated: by month both together
-- are the ledger of purpose acquisition, to the cent.
with
    ledger as (
        select cost_month, sum(amount) as amount
        from {{ ref("fct_costs") }}
        where purpose = 'acquisition'
        group by cost_month
    ),

    economics as (
        select * from {{ ref("metrics_unit_economics") }} where dimension = 'all'
    )

select *
from ledger
full outer join economics on ledger.cost_month = economics.period_start_date
where
    coalesce(ledger.amount, 0)
    <> coalesce(economics.acquisition_cost_amount, 0)
    + coalesce(economics.unallocated_cost_amount, 0)
