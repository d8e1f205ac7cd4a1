{#- Customer and day of a row by table; where both are part of the key, or the table has its own rule for rows of one key
    (campaign_members), there is nothing to ask. -#}
{%- set known_customer = (
    "case when source_customer_id is not null then customer_id end"
) -%}
{%- set nobody = "cast(null as " ~ dbt.type_string() ~ ")" -%}
{%- set asked = {
    "customers": (nobody, "created_date"),
    "orders": (known_customer, "ordered_date"),
    "refunds": (known_customer, "refund_day"),
    "survey_responses": (
        known_customer,
        "coalesce(invited_day, responded_day)",
    ),
    "costs": (nobody, "period_start_date"),
    "contacts": (known_customer, "contacted_date"),
    "tickets": (known_customer, "opened_date"),
    "loyalty_entries": (known_customer, "occurred_date"),
    "campaigns": (nobody, "started_date"),
    "erasure_requests": (known_customer, "requested_date"),
} -%}
{%- set keys = {
    "customers": "source_system, customer_id",
    "orders": "source_system, order_id",
    "refunds": "source_system, refund_id",
    "survey_responses": "source_system, response_id",
    "costs": "cost_id",
    "contacts": "source_system, contact_id",
    "tickets": "source_system, ticket_id",
    "loyalty_entries": "source_system, entry_id",
    "campaigns": "campaign_id",
    "erasure_requests": "source_system, request_id",
} -%}
with
    {%- for table_name, (customer, day) in asked.items() %}
        {{ table_name }}_keys as (
            select
                '{{ table_name }}' as table_name,
                landing_file_id,
                count(*) as row_count,
                min(record_number) as first_record_number,
                max(record_number) as last_record_number,
                coalesce(min({{ customer }}) <> max({{ customer }}), false)
                or coalesce(min({{ day }}) <> max({{ day }}), false) as is_conflicting

            from {{ ref("int_" ~ table_name ~ "_judged") }}
            where is_repeated
            group by landing_file_id, {{ keys[table_name] }}
        ){{ "," if not loop.last }}
    {%- endfor %}
{% for table_name in asked %}
    select *
    from {{ table_name }}_keys
    where row_count > 1
    {%- if not loop.last %}

        union all

    {% endif %}
{%- endfor %}
