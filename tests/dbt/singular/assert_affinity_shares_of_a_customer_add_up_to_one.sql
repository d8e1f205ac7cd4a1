select
    customer_id,
    sum(affinity_rate) as affinity_rate,
    sum(category_share_rate) as category_share_rate,
    sum(category_order_count) as category_order_count,
    max(order_category_count) as order_category_count

from {{ ref("mart_customer_category_affinities") }}
group by customer_id
having
    abs(sum(affinity_rate) - 1) > 1e-9
    or abs(sum(category_share_rate) - 1) > 1e-9
    or sum(category_order_count) <> max(order_category_count)
    or count(distinct affinity_rank) <> max(affinity_rank)
