{%- set events = {
    "stg_orders": ("ordered_at", "updated_at"),
    "stg_survey_responses": (
        "coalesce(invited_at, responded_at)",
        "updated_at",
    ),
    "stg_tickets": ("opened_at", "updated_at"),
    "stg_contacts": ("contacted_at", none),
    "stg_loyalty_entries": ("occurred_at", none),
} -%}
with
    records as (
        select source_system, customer_id, created_at
        from {{ ref("int_customers_judged") }}
        where row_state = 'accepted'
    ),

    -- the first event decides only between records of one instant, and stands for
    -- that of a record of which nobody knows when it was created
    tied_instants as (
        select created_at from records group by created_at having count(*) > 1
    ),

    tied_records as (
        select records.source_system, records.customer_id
        from records
        left join tied_instants on records.created_at = tied_instants.created_at
        where tied_instants.created_at is not null or records.created_at is null
    ),

    as_of as (select as_of_end_at from {{ ref("int_as_of") }}),

    current_files as (
        select landing_file_id from {{ ref("stg_landing_files") }} where is_current
    ),

    events as (
        {%- for model, (happened_at, known_at) in events.items() %}
            select
                events.source_system,
                events.customer_id,
                {{ happened_at }} as happened_at,
                cast({{ known_at or "null" }} as timestamp) as known_at

            from {{ ref(model) }} as events
            inner join current_files using (landing_file_id)
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
inner join
    as_of
    on events.happened_at < as_of.as_of_end_at
    and coalesce(events.known_at, events.happened_at) < as_of.as_of_end_at
group by tied_records.source_system, tied_records.customer_id
