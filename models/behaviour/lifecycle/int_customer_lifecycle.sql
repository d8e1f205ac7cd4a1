with
    customers as (select * from {{ ref("dim_customers") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    -- somebody whom only a later event names begins in the month of the as-of day
    first_months as (
        select
            customers.customer_id,
            cast(
                {{
                    dbt.date_trunc(
                        "month",
                        "coalesce(least(customers.created_date, customers.acquired_date), as_of.as_of_date)",
                    )
                }}
                as date
            ) as first_month

        from customers
        cross join as_of
    ),

    purchases as (
        select
            customer_id,
            cast({{ dbt.date_trunc("month", "order_date") }} as date) as activity_month,
            count(*) as purchase_day_count,
            max(order_date) as last_order_date

        from purchase_days
        group by customer_id, cast({{ dbt.date_trunc("month", "order_date") }} as date)
    ),

    accumulated as (
        select
            first_months.customer_id,
            months.period_start_date as activity_month,
            months.observed_end_date,
            months.is_complete,
            coalesce(
                sum(purchases.purchase_day_count) over (
                    partition by first_months.customer_id
                    order by months.period_start_date
                    rows between unbounded preceding and current row
                ),
                0
            ) as purchase_day_count,
            max(purchases.last_order_date) over (
                partition by first_months.customer_id
                order by months.period_start_date
                rows between unbounded preceding and current row
            ) as last_order_date

        from first_months
        inner join months on first_months.first_month <= months.period_start_date
        left join
            purchases
            on first_months.customer_id = purchases.customer_id
            and months.period_start_date = purchases.activity_month
    ),

    measured as (
        select
            accumulated.*,
            {{
                days_between(
                    "accumulated.last_order_date", "accumulated.observed_end_date"
                )
            }} as silent_days,
            purchase_days.gap_days

        from accumulated
        left join
            purchase_days
            on accumulated.customer_id = purchase_days.customer_id
            and accumulated.last_order_date = purchase_days.order_date
    ),

    final as (
        select
            -- ids
            customer_id,
            activity_month,

            -- dates
            observed_end_date,
            last_order_date,

            -- flags
            is_complete,

            -- counts
            cast(purchase_day_count as bigint) as purchase_day_count,

            -- durations
            silent_days,

            -- order matters: the first rule that holds names the stage
            case
                when purchase_day_count = 0
                then 'prospect'
                when silent_days >= {{ var("lapsed_after_days") }}
                then 'lapsed'
                when silent_days >= {{ var("activity_window_days") }}
                then 'at_risk'
                when gap_days >= {{ var("lapsed_after_days") }}
                then 'won_back'
                when purchase_day_count = 1
                then 'new'
                when purchase_day_count < {{ var("loyal_min_purchase_days") }}
                then 'repeat'
                else 'loyal'
            end as lifecycle_stage

        from measured
    )

select *
from final
