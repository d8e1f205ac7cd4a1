-- The flag and the two rates that wait for it say the same; a day later a period is
-- over.
{%- set tables = [
    "metrics_retention",
    "metrics_nps",
    "metrics_satisfaction",
    "metrics_cost_per_customer",
] %}
with
    as_of as (select as_of_date from {{ ref("int_as_of") }}),

    ends as (
        {%- for table in tables %}
            select distinct '{{ table }}' as metrics_table, period_end_date, is_complete
            from {{ ref(table) }}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    )

select ends.metrics_table, ends.period_end_date
from ends
cross join as_of
where ends.is_complete <> (ends.period_end_date <= as_of.as_of_date)

union all

select 'metrics_retention', period_end_date
from {{ ref("metrics_retention") }}
where
    not is_complete
    and coalesce(net_revenue_retention_rate, gross_revenue_retention_rate) is not null
