-- Everybody who is touched, billed or asked is in the customer table; guests apart.
{%- set tables = [
    "fct_orders",
    "fct_order_lines",
    "fct_refunds",
    "fct_survey_responses",
    "fct_contacts",
    "fct_tickets",
    "fct_loyalty_entries",
    "fct_customer_costs",
    "fct_customer_events",
] %}
with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    named as (
        {%- for table in tables %}
            select '{{ table }}' as table_name, customer_id
            from {{ ref(table) }}
            {%- if not loop.last %}

                union
            {% endif %}
        {%- endfor %}
    )

select named.*
from named
left join customers on named.customer_id = customers.customer_id
where customers.customer_id is null and coalesce(named.customer_id, '') <> 'guest'
