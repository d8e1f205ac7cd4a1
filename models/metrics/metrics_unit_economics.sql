with
    sums as (select * from {{ ref("int_acquisition_sums") }}),

    periods as (select * from {{ ref("int_periods") }}),

    starts as (
        select *
        from {{ ref("int_dimension_starts") }}
        where period_grain <> 'week' and dimension in ('all', 'acquisition_channel')
    ),

    cohorts as (
        select * from {{ ref("metrics_cohorts") }} where cohort_grain = 'month'
    ),

    -- what a served customer costs a year: months of the calendar year, up to the day
    keeping as (
        select
            dimension,
            dimension_value,
            extract(year from period_start_date) as cost_year,
            sum(direct_cost_amount + indirect_cost_amount) as retention_cost_amount,
            sum(served_customer_count) as served_customer_month_count

        from {{ ref("metrics_cost_per_customer") }}
        where period_grain = 'month' and dimension in ('all', 'acquisition_channel')
        group by dimension, dimension_value, extract(year from period_start_date)
    ),

    -- money can be spent on a channel that has won nobody yet
    spine as ({{ metric_periods("starts", "sums", "periods") }}),

    joined as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.period_end_date,
            spine.is_complete,
            coalesce(sums.acquired_customer_count, 0) as acquired_customer_count,
            sums.valued_customer_count,
            sums.clv_amount,
            -- nobody is won for nothing: without a ledger the cost is not known
            case
                when ledgers.cost_count > 0
                then coalesce(sums.acquisition_cost_amount, 0)
            end as acquisition_cost_amount,
            coalesce(sums.unallocated_cost_amount, 0) as unallocated_cost_amount,
            coalesce(keeping.retention_cost_amount, 0) as retention_cost_amount,
            coalesce(
                keeping.served_customer_month_count, 0
            ) as served_customer_month_count

        from spine
        left join
            sums
            on spine.dimension = sums.dimension
            and spine.dimension_value = sums.dimension_value
            and spine.period_grain = sums.period_grain
            and spine.period_start_date = sums.period_start_date
        left join
            keeping
            on spine.dimension = keeping.dimension
            and spine.dimension_value = keeping.dimension_value
            and extract(year from spine.period_start_date) = keeping.cost_year
        cross join
            (select count(acquisition_cost_amount) as cost_count from sums) as ledgers
    ),

    shared as (
        select
            *,
            -- a credit note alone is no price of a customer
            case
                when acquisition_cost_amount >= 0
                then
                    {{
                        per_customer(
                            "acquisition_cost_amount", "acquired_customer_count"
                        )
                    }}
            end as cac_amount,
            {{ per_customer("clv_amount", "valued_customer_count") }}
            as average_clv_amount,
            {{
                per_customer(
                    "(12 * retention_cost_amount)", "served_customer_month_count"
                )
            }} as retention_cost_per_customer_year_amount

        from joined
    ),

    -- cohorts of months only: those of a quarter were won at different times
    paid_back as (
        select
            shared.dimension,
            shared.dimension_value,
            shared.period_grain,
            shared.period_start_date,
            min(cohorts.period_number) as payback_month_number

        from shared
        inner join
            cohorts
            on shared.dimension = cohorts.dimension
            and shared.dimension_value = cohorts.dimension_value
            and shared.period_grain = cohorts.cohort_grain
            and shared.period_start_date = cohorts.cohort_start_date
            and cohorts.cumulative_margin_per_customer_amount >= shared.cac_amount
        group by
            shared.dimension,
            shared.dimension_value,
            shared.period_grain,
            shared.period_start_date
    ),

    final as (
        select
            -- ids
            shared.dimension,
            shared.dimension_value,
            shared.period_grain,
            shared.period_start_date,

            -- dates
            shared.period_end_date,

            -- flags
            shared.is_complete,

            -- counts
            shared.acquired_customer_count,
            cast(
                shared.served_customer_month_count as bigint
            ) as served_customer_month_count,

            -- durations
            paid_back.payback_month_number,

            -- money
            cast(
                shared.acquisition_cost_amount as decimal(18, 6)
            ) as acquisition_cost_amount,
            cast(
                shared.unallocated_cost_amount as decimal(18, 6)
            ) as unallocated_cost_amount,
            shared.cac_amount,
            shared.average_clv_amount,
            shared.retention_cost_per_customer_year_amount,

            -- ratios
            {{ rate("shared.average_clv_amount", "shared.cac_amount") }}
            as clv_to_cac_ratio,
            {{
                rate(
                    "shared.cac_amount",
                    "shared.retention_cost_per_customer_year_amount",
                )
            }} as acquisition_to_retention_cost_ratio

        from shared
        left join
            paid_back
            on shared.dimension = paid_back.dimension
            and shared.dimension_value = paid_back.dimension_value
            and shared.period_grain = paid_back.period_grain
            and shared.period_start_date = paid_back.period_start_date
    )

select *
from final
