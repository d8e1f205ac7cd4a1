select *
from {{ ref("metrics_campaigns") }}
where
    not (uplift between uplift_low and uplift_high)
    or not (
        incremental_net_revenue_amount
        between incremental_net_revenue_low_amount
        and incremental_net_revenue_high_amount
    )
    or not (
        incremental_margin_amount
        between incremental_margin_low_amount and incremental_margin_high_amount
    )
    or (uplift is not null) <> (treated_customer_count * control_customer_count > 0)
