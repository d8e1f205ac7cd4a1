-- Every customer stands under exactly one value of every dimension, and so do the
-- orders.
{%- set measures = [
    "customer_count",
    "repeat_customer_count",
    "order_count",
    "cross_category_customer_count",
    "gap_count",
    "revenue_amount",
    "new_customer_revenue_amount",
] %}
{{ not_adding_up(ref("metrics_purchases"), measures) }}
