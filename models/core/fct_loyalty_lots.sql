{%- set takers = {
    "spent": "'spend'",
    "expired": "'expire', 'lapse'",
    "adjusted": "'adjust'",
    "reversed": "'reverse', 'earn'",
} -%}
with
    entries as (select * from {{ ref("fct_loyalty_entries") }} where not is_derived),

    movements as (select * from {{ ref("int_loyalty_movements") }}),

    summed as (
        select
            lot_entry_id,
            sum(case when posting_type = 'credit' then points else 0 end) as points,
            {%- for name, types in takers.items() %}
                sum(
                    case when posting_type in ({{ types }}) then - points else 0 end
                ) as points_{{ name }},
            {%- endfor %}
            sum(points) as points_remaining

        from {{ ref("int_loyalty_postings") }}
        where lot_entry_id is not null
        group by lot_entry_id
    ),

    final as (
        select
            -- ids
            entries.entry_id,
            entries.customer_id,
            entries.order_id,

            -- categories
            entries.entry_type,

            -- dates
            entries.occurred_at as earned_at,
            entries.occurred_date as earned_date,
            movements.expires_at,
            movements.expires_date,

            -- flags
            movements.has_lapsed as is_lapsed,

            -- points
            {%- for name in [
                "points",
                "points_spent",
                "points_expired",
                "points_adjusted",
                "points_reversed",
                "points_remaining",
            ] %}
                cast(summed.{{ name }} as decimal(18, 4)) as {{ name }},
            {%- endfor %}

            -- trace
            entries.landing_file_id,
            entries.record_number

        from summed
        inner join entries on summed.lot_entry_id = entries.entry_id
        inner join movements on summed.lot_entry_id = movements.entry_id
    )

select *
from final
