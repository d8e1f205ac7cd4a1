with
    members as (select * from {{ ref("int_cost_pool_members") }}),

    pools as (
        select *, cast(abs(amount) * 1000000 as decimal(38, 0)) as units
        from {{ ref("int_cost_pools") }}
        where is_allocated
    ),

    shared as (
        select
            pools.pool_key,
            pools.cost_month,
            pools.purpose,
            pools.is_direct,
            pools.units,
            case when pools.amount < 0 then -1 else 1 end as direction,
            members.customer_id,
            members.weight,
            pools.total_weight,
            {{ divide_whole("pools.units * members.weight", "pools.total_weight") }}
            as whole_units

        from pools
        inner join members on pools.pool_key = members.pool_key
    ),

    remainders as (
        select
            *,
            units * weight - whole_units * total_weight as remainder,
            units - sum(whole_units) over (partition by pool_key) as units_left

        from shared
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by pool_key order by remainder desc, customer_id
            ) as remainder_rank

        from remainders
    )

select
    pool_key,
    customer_id,
    cost_month,
    purpose,
    is_direct,
    cast(
        cast(
            direction * (
                whole_units + case when remainder_rank <= units_left then 1 else 0 end
            ) as decimal(24, 0)
        )
        * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)
    ) as allocated_amount

from ranked
