{%- set events = {
    "stg_orders": "ordered_at",
    "stg_survey_responses": "coalesce(invited_at, responded_at)",
    "stg_tickets": "opened_at",
    "stg_contacts": "contacted_at",
    "stg_loyalty_entries": "occurred_at",
} -%}
with
    records as (
        select source_system, customer_id, created_at
        from {{ ref("int_customers_judged") }}
        where row_state = 'accepted'
    ),

    -- the first event decides only between records of one instant
    tied_instants as (
        select created_at from records group by created_at having count(*) > 1
    ),

    tied_records as (
        select records.source_system, records.customer_id
        from records
        inner join tied_instants on records.created_at = tied_instants.created_at
    ),

    as_of as (select as_of_end_at from {{ ref("int_as_of") }}),

    events as (
        {%- for model, happened_at in events.items() %}
            select
                events.source_system,
                events.customer_id,
                {{ happened_at }} as happened_at

            from {{ ref(model) }} as events
            where
                events.refusals = '' and events.customer_id is not null
                {{ "union all" if not loop.last }}
        {%- endfor %}
    )

select
    tied_records.source_system,
    tied_records.customer_id,
    min(events.happened_at) as first_event_at

from tied_records
inner join
    events
    on tied_records.source_system = events.source_system
    and tied_records.customer_id = events.customer_id
inner join as_of on events.happened_at < as_of.as_of_end_at
group by tied_records.source_system, tied_records.customer_id
