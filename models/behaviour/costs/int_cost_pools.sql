with
    costs as (select * from {{ ref("int_costs_by_month") }}),

    weights as (
        select pool_key, sum(weight) as total_weight
        from {{ ref("int_cost_pool_members") }}
        group by pool_key
    ),

    pools as (
        select pool_key, cost_month, purpose, is_direct, sum(amount) as amount
        from costs
        group by pool_key, cost_month, purpose, is_direct
    )

select
    pools.*,
    coalesce(weights.total_weight, 0) as total_weight,
    weights.total_weight is not null as is_allocated

from pools
left join weights on pools.pool_key = weights.pool_key
