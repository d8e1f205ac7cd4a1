{#- what is counted, by the day it belongs to: an order by the day it was received, a greeting by the occasion -#}
{%- set sources = {
    "int_contacts_sent": {
        "date": "contact_date",
        "counts": {
            "outbound_contact_count": "true",
            "left_contact_count": "has_left",
            "reached_contact_count": "is_reached",
            "too_many_contact_count": "is_too_many",
            "promotion_count": "purpose = 'promotion'",
            "promotion_without_consent_count": "purpose = 'promotion' and not (has_consent or is_erased)",
            "reached_without_consent_count": "purpose = 'promotion' and is_reached and not (has_consent or is_erased)",
        },
    },
    "int_follow_ups": {
        "date": "received_date",
        "counts": {
            "delivered_order_count": "true",
            "follow_up_due_count": "is_due",
            "followed_up_order_count": "is_due and is_kept",
        },
    },
    "int_greetings": {
        "date": "event_date",
        "counts": {
            "birthday_due_count": "contact_reason = 'birthday'",
            "birthday_kept_count": "contact_reason = 'birthday' and is_kept",
            "holiday_due_count": "contact_reason = 'holiday_greeting'",
            "holiday_kept_count": "contact_reason = 'holiday_greeting' and is_kept",
        },
    },
} -%}
with
    as_of as (select * from {{ ref("int_as_of") }}),

    events as (
        {%- for counted, counting in sources.items() %}
            select
                customer_id,
                {{ counting.date }} as event_date,
                {%- for other, others in sources.items() %}
                    {%- set is_last_source = loop.last %}
                    {%- for name, condition in others.counts.items() %}
                        {{
                            (
                                "case when " ~ condition ~ " then 1 else 0 end"
                                if other == counted
                                else "0"
                            )
                        }} as {{ name }}
                        {{- "," if not (loop.last and is_last_source) }}
                    {%- endfor %}
                {%- endfor %}
            from {{ ref(counted) }} {{ "union all" if not loop.last }}
        {%- endfor %}
    )

select
    events.customer_id,
    events.event_date,
    {%- for source in sources.values() %}
        {%- set is_last_source = loop.last %}
        {%- for name in source.counts %}
            sum(events.{{ name }}) as {{ name }}
            {{- "," if not (loop.last and is_last_source) }}
        {%- endfor %}
    {%- endfor %}

from events
inner join as_of on events.event_date <= as_of.as_of_date
group by events.customer_id, events.event_date
