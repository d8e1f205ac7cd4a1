with
    customer_periods as (select * from {{ ref("int_customer_period_purchases") }}),

    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}
    ),

    -- a gap belongs to its later day
    gaps_counted as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            period_days.period_grain,
            period_days.period_start_date,
            count(*) as gap_count,
            median(purchase_days.gap_days) as median_days_between_purchases

        from purchase_days
        inner join period_days on purchase_days.order_date = period_days.day_date
        inner join dimensions on purchase_days.customer_id = dimensions.customer_id
        where purchase_days.gap_days is not null
        group by
            dimensions.dimension,
            dimensions.dimension_value,
            period_days.period_grain,
            period_days.period_start_date
    ),

    counted as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            customer_periods.period_grain,
            customer_periods.period_start_date,
            count(*) as customer_count,
            count_if(customer_periods.has_repeat_order) as repeat_customer_count,
            count_if(
                customer_periods.category_count >= 2
            ) as cross_category_customer_count,
            sum(customer_periods.order_count) as order_count,
            sum(customer_periods.revenue_amount) as revenue_amount,
            sum(
                case
                    when customer_periods.is_new
                    then customer_periods.revenue_amount
                    else 0
                end
            ) as new_customer_revenue_amount

        from customer_periods
        inner join dimensions on customer_periods.customer_id = dimensions.customer_id
        group by
            dimensions.dimension,
            dimensions.dimension_value,
            customer_periods.period_grain,
            customer_periods.period_start_date
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
