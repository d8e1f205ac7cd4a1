-- Every customer stands under exactly one value of every dimension, so its values add
-- up
-- to `all`: a value that is missing or counted twice shows here.
{%- set measures = [
    "start_customer_count",
    "end_customer_count",
    "new_customer_count",
    "acquired_customer_count",
    "retained_customer_count",
    "reactivated_customer_count",
    "lost_customer_count",
    "base_revenue_amount",
    "kept_revenue_amount",
    "capped_revenue_amount",
    "capped_base_revenue_amount",
] %}
{{ not_adding_up(ref("metrics_retention"), measures) }}
