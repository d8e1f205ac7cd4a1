select
    cohort_start_date,
    period_number,
    cohort_customer_count,
    active_customer_count,
    order_count,
    revenue_amount,
    net_revenue_amount,
    margin_amount
from metrics.metrics_cohorts
where dimension = 'all' and cohort_grain = 'quarter'
order by all
