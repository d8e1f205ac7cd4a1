{%- set events = {
    "int_orders_judged": "ordered_at",
    "int_refunds_judged": "refunded_at",
    "int_survey_responses_judged": "coalesce(invited_at, responded_at)",
    "int_tickets_judged": "opened_at",
    "int_contacts_judged": "contacted_at",
    "int_loyalty_entries_judged": "occurred_at",
    "int_consents_judged": "recorded_at",
    "int_campaign_members_judged": "assigned_at",
} -%}
with
    mentions as (
        select
            customer_id,
            -- what the profile rests on stands in int_customers_resolved
            cast(null as {{ dbt.type_string() }}) as source_system,
            cast(null as {{ dbt.type_string() }}) as source_customer_id,
            0 as mention_rank,
            created_at as mentioned_at,
            landing_file_id,
            record_number

        from {{ ref("int_customers_profiled") }}
        {%- for model, happened_at in events.items() %}

            union all

            select
                customer_id,
                source_system,
                source_customer_id,
                {{ loop.index }} as mention_rank,
                {{ happened_at }} as mentioned_at,
                landing_file_id,
                record_number

            from {{ ref(model) }}
            where row_state = 'accepted' and customer_id <> 'guest'
        {%- endfor %}
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id
                order by
                    case when mention_rank = 0 then 0 else 1 end,
                    mentioned_at,
                    mention_rank,
                    landing_file_id,
                    record_number
            ) as trace_rank

        from mentions
    )

select customer_id, source_system, source_customer_id, landing_file_id, record_number
from ranked
where trace_rank = 1
