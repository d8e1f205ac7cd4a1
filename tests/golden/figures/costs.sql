select
    dimension,
    dimension_value,
    period_start_date,
    served_customer_count,
    direct_cost_amount,
    indirect_cost_amount,
    unallocated_cost_amount,
    cost_per_customer_amount
from metrics.metrics_cost_per_customer
where dimension in ('all', 'purpose', 'market') and period_grain = 'quarter'
order by all
