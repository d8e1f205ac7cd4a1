with
    entries as (
        select *
        from {{ ref("int_loyalty_entries_judged") }}
        where row_state = 'accepted'
    ),

    final as (
        select
            -- ids
            {{ source_key("source_system", "entry_id") }} as entry_id,
            customer_id,
            case
                when order_id is not null
                then {{ source_key("source_system", "order_id") }}
            end as order_id,
            case
                when reverses_entry_id is not null
                then {{ source_key("source_system", "reverses_entry_id") }}
            end as reverses_entry_id,
            source_system,

            -- dates
            occurred_at,
            occurred_date,
            expires_at,

            -- categories
            entry_type,

            -- counts
            points,

            -- trace
            landing_file_id,
            record_number

        from entries
    )

select *
from final
