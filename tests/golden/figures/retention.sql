select
    dimension,
    dimension_value,
    period_start_date,
    start_customer_count,
    end_customer_count,
    new_customer_count,
    retained_customer_count,
    reactivated_customer_count,
    lost_customer_count,
    round(retention_rate, 6) as retention_rate,
    base_revenue_amount,
    kept_revenue_amount,
    capped_revenue_amount
from metrics.metrics_retention
where dimension in ('all', 'market') and period_grain = 'quarter'
order by all
