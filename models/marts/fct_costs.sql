with
    costs as (select * from {{ ref("int_costs_by_month") }}),

    pools as (select * from {{ ref("int_cost_pools") }}),

    final as (
        select
            -- ids
            costs.cost_id
            || '#'
            || cast(costs.cost_month as {{ dbt.type_string() }}) as cost_month_key,
            costs.cost_id,
            costs.pool_key,

            -- dates
            costs.cost_month,

            -- categories
            costs.category,
            costs.purpose,
            costs.scope,
            case
                when costs.scope = 'customer'
                then {{ named_customer("costs.scope_value") }}
                else costs.scope_value
            end as scope_value,
            costs.driver,

            -- flags
            costs.is_direct,

            -- money
            costs.amount,
            cast(
                case when pools.is_allocated then costs.amount else 0 end as decimal(
                    18, 2
                )
            ) as allocated_amount,
            cast(
                case when pools.is_allocated then 0 else costs.amount end as decimal(
                    18, 2
                )
            ) as unallocated_amount,

            -- trace
            costs.landing_file_id,
            costs.record_number

        from costs
        inner join pools on costs.pool_key = pools.pool_key
    )

select *
from final
