-- Guests are in money totals, in no customer count; a record that is really called so
-- has
-- another id.
{%- set tables = [
    "dim_customers",
    "dim_customer_identities",
    "fct_customer_costs",
    "fct_customer_events",
    "fct_customer_months",
    "mart_customer_360",
    "mart_customer_values",
    "mart_customer_service",
    "mart_customer_loyalty",
    "mart_loyalty_tier_periods",
    "mart_customer_contacts",
    "mart_contact_worklist",
    "mart_customer_referrals",
    "mart_customer_affinities",
] %}
{%- for table in tables %}
    select '{{ table }}' as table_name, customer_id
    from {{ ref(table) }}
    where customer_id = 'guest'
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
