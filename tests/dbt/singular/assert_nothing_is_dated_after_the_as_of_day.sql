-- A day sees what had happened by then: what lies after it has neither a day nor an
-- hour.
-- Points may expire later: that is no event yet.
{%- set dates = {
    "fct_orders": ["order_date", "delivered_date", "received_date"],
    "fct_order_lines": ["order_date"],
    "fct_refunds": ["refund_date"],
    "fct_survey_responses": ["invited_date", "responded_date"],
    "fct_contacts": ["contact_date"],
    "fct_tickets": [
        "opened_date",
        "first_responded_date",
        "resolved_date",
        "closed_date",
    ],
    "fct_loyalty_entries": ["occurred_date"],
    "fct_costs": ["cost_month"],
    "fct_customer_costs": ["cost_month"],
    "fct_customer_events": ["event_date"],
    "fct_customer_months": ["activity_month", "observed_end_date"],
    "dim_customers": ["created_date", "acquired_date"],
    "metrics_retention": ["period_start_date"],
    "metrics_cohorts": ["period_start_date"],
    "metrics_nps": ["period_start_date"],
    "metrics_satisfaction": ["period_start_date"],
    "metrics_cost_per_customer": ["period_start_date"],
    "metrics_purchases": ["period_start_date"],
    "metrics_service": ["period_start_date"],
    "metrics_loyalty": ["period_start_date"],
    "metrics_contact_rhythm": ["period_start_date"],
    "metrics_referrals": ["period_start_date"],
    "metrics_campaigns": ["period_start_date"],
    "metrics_unit_economics": ["period_start_date"],
} %}
with
    dated as (
        {%- for table, columns in dates.items() %}
            {%- set is_last_table = loop.last %}
            {%- for column in columns %}
                select
                    '{{ table }}' as table_name,
                    '{{ column }}' as column_name,
                    max({{ column }}) as last_date
                from {{ ref(table) }}
                {%- if not (is_last_table and loop.last) %}

                    union all
                {% endif %}
            {%- endfor %}
        {%- endfor %}
    )

select dated.*
from dated
cross join {{ ref("int_as_of") }} as as_of
where dated.last_date > as_of.as_of_date

union all

select 'fct_survey_responses', 'responded_at', cast(responded_at as date)
from {{ ref("fct_survey_responses") }}
where (responded_at is null) <> (responded_date is null)

union all

select 'fct_tickets', 'resolved_at', cast(resolved_at as date)
from {{ ref("fct_tickets") }}
where (resolved_at is null) <> (resolved_date is null)

union all

select 'fct_orders', 'delivered_at', cast(delivered_at as date)
from {{ ref("fct_orders") }}
where (delivered_at is null) <> (delivered_date is null)
