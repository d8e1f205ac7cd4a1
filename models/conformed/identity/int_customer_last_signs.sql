{%- set signs = {
    "int_orders_judged": "ordered_at",
    "int_refunds_judged": "refunded_at",
    "int_survey_responses_judged": "coalesce(responded_at, invited_at)",
    "int_tickets_judged": "opened_at",
    "int_contacts_judged": "contacted_at",
    "int_loyalty_entries_judged": "occurred_at",
    "int_consents_judged": "recorded_at",
    "int_campaign_members_judged": "assigned_at",
} -%}
with
    resolved as (select * from {{ ref("int_customers_resolved") }}),

    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    signs as (
        select
            source_system,
            customer_id as source_customer_id,
            greatest(created_at, coalesce(updated_at, created_at)) as seen_at

        from records
        {%- for model, happened_at in signs.items() %}

            union all

            select source_system, source_customer_id, {{ happened_at }} as seen_at
            from {{ ref(model) }}
            where row_state = 'accepted'
        {%- endfor %}
    )

select resolved.person_key, max(signs.seen_at) as last_seen_at
from signs
inner join
    resolved
    on signs.source_system = resolved.source_system
    and signs.source_customer_id = resolved.source_customer_id
{# without a retention period nobody is asked for, so that nothing is counted -#}
where cast({{ var("personal_retention_days") or "null" }} as integer) is not null
group by resolved.person_key
