with
    lost as (
        select *
        from {{ ref("int_customer_periods") }}
        where is_active_at_start and not is_active_at_end
    ),

    periods as (select * from {{ ref("int_periods") }}),

    spans as (select * from {{ ref("int_customer_activity_spans") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    -- the day after the last active one before the end of the period
    ended as (
        select
            lost.customer_id,
            lost.period_grain,
            lost.period_start_date,
            max(spans.active_to_date) + 1 as lost_date

        from lost
        inner join
            periods
            on lost.period_grain = periods.period_grain
            and lost.period_start_date = periods.period_start_date
        inner join
            spans
            on lost.customer_id = spans.customer_id
            and spans.active_to_date < periods.observed_end_date
        group by lost.customer_id, lost.period_grain, lost.period_start_date
    ),

    valued as (
        select
            ended.customer_id,
            ended.period_grain,
            ended.period_start_date,
            ended.lost_date,
            sum(purchase_days.net_amount) as lost_revenue_amount

        from ended
        left join
            purchase_days
            on ended.customer_id = purchase_days.customer_id
            and purchase_days.order_date < ended.lost_date
            and purchase_days.order_date
            >= cast(ended.lost_date - interval 12 month as date)
        group by
            ended.customer_id,
            ended.period_grain,
            ended.period_start_date,
            ended.lost_date
    )

select
    customer_id,
    period_grain,
    period_start_date,
    lost_date,
    lost_date - {{ var("activity_window_days") }} as last_order_date,
    cast(coalesce(lost_revenue_amount, 0) as decimal(18, 2)) as lost_revenue_amount

from valued
