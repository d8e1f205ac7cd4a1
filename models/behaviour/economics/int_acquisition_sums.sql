with
    costs as (select * from {{ ref("int_acquisition_costs") }}),

    acquired as (select * from {{ ref("int_acquired_values") }}),

    period_months as (
        select period_grain, period_start_date, day_date as month_start_date
        from {{ ref("int_period_days") }}
        where period_grain <> 'week' and extract(day from day_date) = 1
    ),

    months as (
        select
            dimension,
            dimension_value,
            cost_month as month_start_date,
            acquisition_cost_amount,
            unallocated_cost_amount,
            0 as acquired_customer_count,
            0 as valued_customer_count,
            cast(null as decimal(18, 2)) as clv_amount
        from costs

        union all

        select
            dimension,
            dimension_value,
            cohort_month,
            null,
            null,
            acquired_customer_count,
            valued_customer_count,
            clv_amount
        from acquired
    )

select
    months.dimension,
    months.dimension_value,
    period_months.period_grain,
    period_months.period_start_date,

    -- counts
    cast(sum(months.acquired_customer_count) as bigint) as acquired_customer_count,
    cast(sum(months.valued_customer_count) as bigint) as valued_customer_count,

    -- money; null where nothing was spent and no customer valued
    cast(
        sum(months.acquisition_cost_amount) as decimal(18, 6)
    ) as acquisition_cost_amount,
    cast(
        sum(months.unallocated_cost_amount) as decimal(18, 6)
    ) as unallocated_cost_amount,
    cast(sum(months.clv_amount) as decimal(18, 2)) as clv_amount

from months
inner join period_months on months.month_start_date = period_months.month_start_date
group by
    months.dimension,
    months.dimension_value,
    period_months.period_grain,
    period_months.period_start_date
