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
] %}
with
    retention as (select * from {{ ref("metrics_retention") }}),

    summed as (
        select
            dimension,
            period_grain,
            period_start_date,
            {%- for measure in measures %}
                sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
            {%- endfor %}

        from retention
        group by dimension, period_grain, period_start_date
    )

select summed.*
from summed
inner join
    retention as whole
    on summed.period_grain = whole.period_grain
    and summed.period_start_date = whole.period_start_date
    and whole.dimension = 'all'
where
    false
    {%- for measure in measures %}
        or summed.{{ measure }} <> whole.{{ measure }}
    {%- endfor %}
