with
    customer_periods as (select * from {{ ref("int_customer_period_purchases") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    -- a gap belongs to its later day
    gaps as (
        select
            purchase_days.customer_id,
            purchase_days.gap_days,
            period_days.period_grain,
            period_days.period_start_date

        from purchase_days
        inner join period_days on purchase_days.order_date = period_days.day_date
        where purchase_days.gap_days is not null
    ),

    gaps_cut as ({{ in_dimensions("gaps") }}),

    gaps_counted as (
        select
            {{ metric_key() }},
            count(*) as gap_count,
            median(gap_days) as median_days_between_purchases

        from gaps_cut
        group by {{ metric_key() }}
    ),

    cut as ({{ in_dimensions("customer_periods") }}),

    counted as (
        select
            {{ metric_key() }},
            count(*) as customer_count,
            count_if(has_repeat_order) as repeat_customer_count,
            count_if(category_count >= 2) as cross_category_customer_count,
            sum(order_count) as order_count,
            sum(revenue_amount) as revenue_amount,
            sum(
                case when is_new then revenue_amount else 0 end
            ) as new_customer_revenue_amount

        from cut
        group by {{ metric_key() }}
    )

select
    counted.*,
    gaps_counted.gap_count,
    cast(
        gaps_counted.median_days_between_purchases as double
    ) as median_days_between_purchases

from counted
left join
    gaps_counted
    on counted.dimension = gaps_counted.dimension
    and counted.dimension_value = gaps_counted.dimension_value
    and counted.period_grain = gaps_counted.period_grain
    and counted.period_start_date = gaps_counted.period_start_date
