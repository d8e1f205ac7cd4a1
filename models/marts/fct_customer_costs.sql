with
    shares as (select * from {{ ref("int_costs_allocated") }}),

    summed as (
        select
            customer_id,
            cost_month,
            purpose,
            is_direct,
            cast(sum(allocated_amount) as decimal(18, 6)) as allocated_amount

        from shares
        group by customer_id, cost_month, purpose, is_direct
    )

select
    concat_ws(
        '|',
        customer_id,
        cast(cost_month as {{ dbt.type_string() }}),
        purpose,
        case when is_direct then 'direct' else 'indirect' end
    ) as customer_cost_key,
    *

from summed
