-- Active at the end of a period is who ordered in the window that ends there, the last
-- day included: counted here from the orders, without spans.
with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    periods as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    retention as (
        select *
        from {{ ref("metrics_retention") }}
        where dimension = 'all' and period_grain = 'month'
    ),

    counted as (
        select
            periods.period_start_date,
            count(distinct orders.customer_id) as active_customer_count

        from periods
        inner join
            orders
            on orders.order_date <= periods.observed_end_date
            and orders.order_date
            > periods.observed_end_date - {{ var("activity_window_days") }}
        group by periods.period_start_date
    )

select
    retention.period_start_date,
    retention.end_customer_count,
    counted.active_customer_count

from retention
left join counted on retention.period_start_date = counted.period_start_date
where retention.end_customer_count <> coalesce(counted.active_customer_count, 0)
