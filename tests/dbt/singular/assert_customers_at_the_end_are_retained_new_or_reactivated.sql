-- Whoever is active at the end was so at the start, is new, or came back; whoever was
-- active at the start stayed or was lost. Anybody in two of these, or in none, would
-- bend every rate.
select *
from {{ ref("metrics_retention") }}
where
    end_customer_count
    <> retained_customer_count + new_customer_count + reactivated_customer_count
    or start_customer_count <> retained_customer_count + lost_customer_count
    or new_customer_count > acquired_customer_count
    -- customer by customer, and never below 0: the sums with their refunds may be less
    or capped_revenue_amount > capped_base_revenue_amount
    or capped_revenue_amount < 0
