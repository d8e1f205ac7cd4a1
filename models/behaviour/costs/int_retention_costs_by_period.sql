with
    shares as (
        select *
        from {{ ref("int_costs_allocated") }}
        where purpose in ('retention', 'service')
    ),

    pools_unallocated as (
        select *
        from {{ ref("int_cost_pools") }}
        where not is_allocated and purpose in ('retention', 'service')
    ),

    period_months as (
        select distinct period_grain, period_start_date, day_date as cost_month
        from {{ ref("int_period_days") }}
        where period_grain <> 'week' and extract(day from day_date) = 1
    ),

    customer_costs as (
        select
            shares.customer_id,
            shares.purpose,
            shares.is_direct,
            period_months.period_grain,
            period_months.period_start_date,
            sum(shares.allocated_amount) as allocated_amount

        from shares
        inner join period_months on shares.cost_month = period_months.cost_month
        group by
            shares.customer_id,
            shares.purpose,
            shares.is_direct,
            period_months.period_grain,
            period_months.period_start_date
    ),

    cut as (
        {{ in_dimensions("customer_costs") }}

        union all

        select 'purpose' as dimension, purpose as dimension_value, customer_costs.*
        from customer_costs
    ),

    unallocated as (
        select
            period_months.period_grain,
            period_months.period_start_date,
            sum(pools_unallocated.amount) as unallocated_cost_amount

        from pools_unallocated
        inner join
            period_months on pools_unallocated.cost_month = period_months.cost_month
        group by period_months.period_grain, period_months.period_start_date
    ),

    entries as (
        select
            {{ metric_key() }},
            case when is_direct then allocated_amount else 0 end as direct_cost_amount,
            case
                when is_direct then 0 else allocated_amount
            end as indirect_cost_amount,
            0 as unallocated_cost_amount
        from cut

        union all

        select
            'all', 'all', period_grain, period_start_date, 0, 0, unallocated_cost_amount
        from unallocated
    )

select
    {{ metric_key() }},
    sum(direct_cost_amount) as direct_cost_amount,
    sum(indirect_cost_amount) as indirect_cost_amount,
    sum(unallocated_cost_amount) as unallocated_cost_amount

from entries
group by {{ metric_key() }}
