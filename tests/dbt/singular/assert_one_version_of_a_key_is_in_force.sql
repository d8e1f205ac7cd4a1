-- Two accepted rows of one key would count an order twice.
{%- set keys = {
    "customers": "source_system, customer_id",
    "consents": "source_system, source_customer_id, channel, purpose, recorded_at",
    "orders": "source_system, order_id",
    "order_lines": "source_system, order_id, line_number",
    "refunds": "source_system, refund_id",
    "survey_responses": "source_system, response_id",
    "costs": "cost_id",
    "contacts": "source_system, contact_id",
    "tickets": "source_system, ticket_id",
    "loyalty_entries": "source_system, entry_id",
    "campaigns": "campaign_id",
    "campaign_members": "source_system, campaign_id, source_customer_id",
    "exchange_rates": "rate_date, currency_code",
    "erasure_requests": "source_system, request_id",
} %}
{%- for table, key in keys.items() %}
    select '{{ table }}' as table_name, count(*) as version_count
    from {{ ref("int_" ~ table ~ "_judged") }}
    where row_state = 'accepted'
    group by {{ key }}
    having count(*) > 1
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
