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
with
    purchases as (select * from {{ ref("metrics_purchases") }}),

    summed as (
        select
            dimension,
            period_grain,
            period_start_date,
            {%- for measure in measures %}
                sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
            {%- endfor %}

        from purchases
        group by dimension, period_grain, period_start_date
    )

select summed.*
from summed
inner join
    purchases as whole
    on summed.period_grain = whole.period_grain
    and summed.period_start_date = whole.period_start_date
    and whole.dimension = 'all'
where
    false
    {%- for measure in measures %}
        or summed.{{ measure }} <> whole.{{ measure }}
    {%- endfor %}
