with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    lines as (
        select *
        from {{ ref("fct_order_lines") }}
        where is_counted and customer_id <> 'guest'
    ),

    period_days as (select * from {{ ref("int_period_days") }}),

    categories as (
        select
            lines.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            count(distinct lines.category) as category_count

        from lines
        inner join period_days on lines.order_date = period_days.day_date
        where lines.category <> 'unknown'
        group by
            lines.customer_id, period_days.period_grain, period_days.period_start_date
    ),

    purchases as (
        select
            orders.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            count(*) as order_count,
            sum(orders.gross_amount - orders.discount_amount) as revenue_amount,
            bool_or(orders.order_number >= 2) as has_repeat_order,
            bool_or(orders.order_number = 1) as is_new

        from orders
        inner join period_days on orders.order_date = period_days.day_date
        group by
            orders.customer_id, period_days.period_grain, period_days.period_start_date
    )

select purchases.*, coalesce(categories.category_count, 0) as category_count
from purchases
left join
    categories
    on purchases.customer_id = categories.customer_id
    and purchases.period_grain = categories.period_grain
    and purchases.period_start_date = categories.period_start_date
