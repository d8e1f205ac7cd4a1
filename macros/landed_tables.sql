{# The fourteen tables of the input contract, and the model that puts each of their rows into a state. #}
{% macro landed_tables() -%}
    {{
        return(
            [
                "customers",
                "consents",
                "orders",
                "order_lines",
                "refunds",
                "survey_responses",
                "costs",
                "contacts",
                "tickets",
                "loyalty_entries",
                "campaigns",
                "campaign_members",
                "exchange_rates",
                "erasure_requests",
            ]
        )
    }}
{%- endmacro %}
