with
    customer_sums as (select * from {{ ref("int_customer_period_orders") }}),

    dimensions as (
        select *
        from {{ ref("int_customer_dimensions") }}
        where acquired_date is not null
    ),

    periods as (
        select *
        from {{ ref("int_periods") }}
        where period_grain in ('month', 'quarter')
    ),

    period_days as (
        select *
        from {{ ref("int_period_days") }}
        where period_grain in ('month', 'quarter')
    ),

    members as (
        select
            dimensions.customer_id,
            dimensions.dimension,
            dimensions.dimension_value,
            period_days.period_grain as cohort_grain,
            period_days.period_start_date as cohort_start_date

        from dimensions
        inner join period_days on dimensions.acquired_date = period_days.day_date
    ),

    cohorts as (
        select
            dimension,
            dimension_value,
            cohort_grain,
            cohort_start_date,
            count(*) as cohort_customer_count
        from members
        group by dimension, dimension_value, cohort_grain, cohort_start_date
    ),

    -- what has not begun by the as-of day has no cell; what was observed to be
    -- nothing has one
    cells as (
        select
            cohorts.*,
            periods.period_start_date,
            periods.is_complete,
            {{
                divide_whole(
                    months_between(
                        "cohorts.cohort_start_date", "periods.period_start_date"
                    ),
                    "case cohorts.cohort_grain when 'quarter' then 3 else 1 end",
                )
            }} as period_number

        from cohorts
        inner join
            periods
            on cohorts.cohort_grain = periods.period_grain
            and cohorts.cohort_start_date <= periods.period_start_date
    ),

    summed as (
        select
            members.dimension,
            members.dimension_value,
            members.cohort_grain,
            members.cohort_start_date,
            customer_sums.period_start_date,
            count(*) as active_customer_count,
            sum(customer_sums.order_count) as order_count,
            sum(customer_sums.revenue_amount) as revenue_amount,
            sum(customer_sums.net_revenue_amount) as net_revenue_amount,
            sum(customer_sums.margin_amount) as margin_amount

        from members
        inner join
            customer_sums
            on members.customer_id = customer_sums.customer_id
            and members.cohort_grain = customer_sums.period_grain
        group by
            members.dimension,
            members.dimension_value,
            members.cohort_grain,
            members.cohort_start_date,
            customer_sums.period_start_date
    ),

    filled as (
        select
            cells.*,
            coalesce(summed.active_customer_count, 0) as active_customer_count,
            cast(coalesce(summed.order_count, 0) as bigint) as order_count,
            {%- for name in ["revenue", "net_revenue", "margin"] %}
                cast(
                    coalesce(summed.{{ name }}_amount, 0) as decimal(18, 2)
                ) as {{ name }}_amount{{ "," if not loop.last }}
            {%- endfor %}

        from cells
        left join
            summed
            on cells.dimension = summed.dimension
            and cells.dimension_value = summed.dimension_value
            and cells.cohort_grain = summed.cohort_grain
            and cells.cohort_start_date = summed.cohort_start_date
            and cells.period_start_date = summed.period_start_date
    ),

    accumulated as (
        select
            *,
            {%- for name in ["net_revenue", "margin"] %}
                cast(
                    sum({{ name }}_amount) over (
                        partition by
                            dimension, dimension_value, cohort_grain, cohort_start_date
                        order by period_number
                        rows between unbounded preceding and current row
                    ) as decimal(18, 2)
                ) as cumulative_{{ name }}_amount{{ "," if not loop.last }}
            {%- endfor %}

        from filled
    ),

    final as (
        select
            -- ids
            dimension,
            dimension_value,
            cohort_grain,
            cohort_start_date,
            cast(period_number as integer) as period_number,

            -- dates
            period_start_date,

            -- flags
            is_complete,

            -- counts
            cohort_customer_count,
            active_customer_count,
            order_count,

            -- money
            revenue_amount,
            net_revenue_amount,
            margin_amount,
            cumulative_net_revenue_amount,
            cumulative_margin_amount,
            {{ per_customer("revenue_amount", "cohort_customer_count") }}
            as revenue_per_customer_amount,
            {{ per_customer("net_revenue_amount", "cohort_customer_count") }}
            as net_revenue_per_customer_amount,
            {{ per_customer("cumulative_net_revenue_amount", "cohort_customer_count") }}
            as cumulative_net_revenue_per_customer_amount,
            {{ per_customer("cumulative_margin_amount", "cohort_customer_count") }}
            as cumulative_margin_per_customer_amount,

            -- rates
            {{ rate("active_customer_count", "cohort_customer_count") }}
            as retention_rate

        from accumulated
    )

select *
from final
