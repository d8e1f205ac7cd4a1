-- The timeline holds every fact of a customer once, whatever the channel; a void ticket
-- is none.
{%- set facts = {
    "order": "fct_orders",
    "refund": "fct_refunds",
    "contact": "fct_contacts",
    "ticket": "fct_tickets",
    "loyalty_entry": "fct_loyalty_entries",
} %}
with
    events as (
        select event_type, count(*) as event_count
        from {{ ref("fct_customer_events") }}
        group by event_type
    ),

    facts as (
        {%- for event_type, fact in facts.items() %}
            select '{{ event_type }}' as event_type, count(*) as fact_count
            from {{ ref(fact) }}
            where
                customer_id <> 'guest' {{ "and not is_void" if fact == "fct_tickets" }}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    )

select facts.*, events.event_count
from facts
left join events on facts.event_type = events.event_type
where facts.fact_count <> coalesce(events.event_count, 0)
