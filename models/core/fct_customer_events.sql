{%- set kinds = [
    (
        "order",
        "fct_orders",
        "order_id",
        "ordered_at",
        "order_date",
        "channel",
        "status",
        "net_amount",
        "true",
    ),
    (
        "refund",
        "fct_refunds",
        "refund_id",
        "refunded_at",
        "refund_date",
        "null",
        "reason",
        "-booked_refund_amount",
        "true",
    ),
    (
        "survey_invitation",
        "fct_survey_responses",
        "response_id",
        "invited_at",
        "invited_date",
        "null",
        "survey_type",
        "null",
        "true",
    ),
    (
        "survey_answer",
        "fct_survey_responses",
        "response_id",
        "responded_at",
        "responded_date",
        "null",
        "score_band",
        "null",
        "true",
    ),
    (
        "contact",
        "fct_contacts",
        "contact_id",
        "contacted_at",
        "contact_date",
        "channel",
        "purpose",
        "null",
        "true",
    ),
    (
        "ticket",
        "fct_tickets",
        "ticket_id",
        "opened_at",
        "opened_date",
        "channel",
        "kind",
        "-compensation_amount",
        "not is_void",
    ),
    (
        "ticket_resolution",
        "fct_tickets",
        "ticket_id",
        "resolved_at",
        "resolved_date",
        "channel",
        "kind",
        "null",
        "not is_void",
    ),
    (
        "loyalty_entry",
        "fct_loyalty_entries",
        "entry_id",
        "occurred_at",
        "occurred_date",
        "null",
        "entry_type",
        "null",
        "true",
    ),
] -%}
with
    events as (
        {%- for event_type, model, id, at, date, channel, detail, amount, counted in kinds %}
            select
                -- ids
                '{{ event_type }}|' || {{ id }} as event_key,
                customer_id,
                {{ id }} as reference_id,

                -- dates
                {{ at }} as event_at,
                {{ date }} as event_date,

                -- categories
                '{{ event_type }}' as event_type,
                cast({{ channel }} as {{ dbt.type_string() }}) as channel,
                {{ detail }} as event_detail,

                -- money
                cast({{ amount }} as decimal(18, 2)) as amount,

                -- trace
                landing_file_id,
                record_number

            from {{ ref(model) }}
            where customer_id <> 'guest' and {{ at }} is not null and {{ counted }}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    )

select *
from events
