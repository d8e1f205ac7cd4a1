-- The cells of all cohorts hold every counted order of every customer once: nothing is
-- bought before its buyer's cohort begins.
with
    cohorts as (select * from {{ ref("metrics_cohorts") }} where dimension = 'all'),

    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    summed as (
        select
            cohort_grain,
            sum(order_count) as order_count,
            sum(revenue_amount) as revenue_amount,
            sum(net_revenue_amount) as net_revenue_amount,
            sum(margin_amount) as margin_amount

        from cohorts
        group by cohort_grain
    ),

    ordered as (
        select
            count(*) as order_count,
            sum(gross_amount - discount_amount) as revenue_amount,
            sum(net_amount) as net_revenue_amount,
            sum(margin_amount) as margin_amount

        from orders
    )

select summed.*
from summed
cross join ordered
where
    summed.order_count <> ordered.order_count
    or summed.revenue_amount <> ordered.revenue_amount
    or summed.net_revenue_amount <> ordered.net_revenue_amount
    or summed.margin_amount <> ordered.margin_amount
