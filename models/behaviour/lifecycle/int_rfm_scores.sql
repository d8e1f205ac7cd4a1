with
    customers as (
        select customer_id, cohort_month
        from {{ ref("dim_customers") }}
        where acquired_date is not null
    ),

    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    -- a purchase day counts at the ends of all months from whose end it is not too far
    recent as (
        select
            purchase_days.customer_id,
            months.period_start_date as activity_month,
            count(*) as purchase_day_count,
            sum(purchase_days.net_amount) as net_amount

        from purchase_days
        inner join
            months
            on purchase_days.order_date <= months.observed_end_date
            and purchase_days.order_date
            > months.observed_end_date - {{ var("rfm_window_days") }}
        group by purchase_days.customer_id, months.period_start_date
    ),

    lifecycle as (select * from {{ ref("int_customer_lifecycle") }}),

    measured as (
        select
            customers.customer_id,
            months.period_start_date as activity_month,
            months.observed_end_date,
            lifecycle.silent_days as days_since_last_order,
            coalesce(recent.purchase_day_count, 0) as purchase_day_count,
            coalesce(recent.net_amount, 0) as net_amount

        from customers
        inner join months on customers.cohort_month <= months.period_start_date
        inner join
            lifecycle
            on customers.customer_id = lifecycle.customer_id
            and months.period_start_date = lifecycle.activity_month
        left join
            recent
            on customers.customer_id = recent.customer_id
            and months.period_start_date = recent.activity_month
    ),

    -- ranks from worst to best; equal customers share one
    ranked as (
        select
            *,
            count(*) over (partition by activity_month) as customer_count,
            rank() over (
                partition by activity_month order by days_since_last_order desc
            ) as recency_rank,
            rank() over (
                partition by activity_month order by purchase_day_count
            ) as frequency_rank,
            rank() over (
                partition by activity_month order by net_amount
            ) as monetary_rank

        from measured
    )

select
    customer_id,
    activity_month,
    observed_end_date,
    cast(days_since_last_order as bigint) as days_since_last_order,
    cast(purchase_day_count as bigint) as purchase_day_count,
    cast(net_amount as decimal(18, 2)) as net_amount,
    {%- for name in ["recency", "frequency", "monetary"] %}
        cast(
            case
                when customer_count = 1
                then 3
                else
                    least(
                        5,
                        1
                        + {{
                            divide_whole(
                                "5 * (" ~ name ~ "_rank - 1)", "(customer_count - 1)"
                            )
                        }}
                    )
            end as integer
        ) as {{ name }}_score{{ "," if not loop.last }}
    {%- endfor %}

from ranked
