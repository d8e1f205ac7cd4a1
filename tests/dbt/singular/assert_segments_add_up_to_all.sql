-- Customers and money of the segments of a kind are those of everybody; interests
-- overlap, and leave out who has none.
{%- set measures = [
    "customer_count",
    "buying_customer_count",
    "start_customer_count",
    "retained_customer_count",
    "end_customer_count",
    "order_count",
    "response_count",
    "promoter_count",
    "detractor_count",
    "valued_customer_count",
    "revenue_amount",
    "net_revenue_amount",
    "margin_amount",
    "retention_cost_amount",
    "clv_amount",
] %}
with
    segments as (
        select * from {{ ref("metrics_segments") }} where dimension <> 'interest'
    ),

    summed as (
        select
            dimension,
            {%- for measure in measures %}
                coalesce(sum({{ measure }}), 0) as {{ measure }}
                {{- "," if not loop.last }}
            {%- endfor %}

        from segments
        group by dimension
    ),

    customers as (select count(*) as customer_count from {{ ref("dim_customers") }})

select summed.*
from summed
cross join customers
left join segments as whole on whole.dimension = 'all'
where
    summed.customer_count <> customers.customer_count
    {%- for measure in measures %}
        or summed.{{ measure }} <> coalesce(whole.{{ measure }}, 0)
    {%- endfor %}
