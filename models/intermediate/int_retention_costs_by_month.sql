with
    shares as (
        select *
        from {{ ref("fct_customer_costs") }}
        where purpose in ('retention', 'service')
    ),

    ledger as (
        select * from {{ ref("fct_costs") }} where purpose in ('retention', 'service')
    ),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}
    ),

    entries as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            shares.cost_month,
            shares.is_direct,
            shares.allocated_amount,
            0 as unallocated_amount

        from shares
        inner join dimensions on shares.customer_id = dimensions.customer_id

        union all

        select 'purpose', purpose, cost_month, is_direct, allocated_amount, 0
        from shares

        union all

        select 'all', 'all', cost_month, is_direct, 0, unallocated_amount
        from ledger
    ),

    summed as (
        select
            dimension,
            dimension_value,
            cost_month,
            sum(
                case when is_direct then allocated_amount else 0 end
            ) as direct_cost_amount,
            sum(
                case when is_direct then 0 else allocated_amount end
            ) as indirect_cost_amount,
            sum(unallocated_amount) as unallocated_cost_amount

        from entries
        group by dimension, dimension_value, cost_month
    )

select *
from summed
