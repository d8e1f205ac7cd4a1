with
    entries as (
        select *
        from {{ ref("int_loyalty_entries_judged") }}
        where row_state = 'accepted'
    ),

    lapses as (
        select * from {{ ref("int_loyalty_postings") }} where posting_type = 'lapse'
    ),

    landed as (
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

            -- flags
            false as is_derived,

            -- counts
            points,

            -- trace
            landing_file_id,
            record_number

        from entries
    ),

    -- of points that lapsed without a landed entry, the trace is that of their lot
    derived as (
        select
            -- ids
            lapses.lot_entry_id
            || '#expiry'
            || coalesce('#' || lapses.returned_by_entry_id, '') as entry_id,
            lots.customer_id,
            lots.order_id,
            cast(null as {{ dbt.type_string() }}) as reverses_entry_id,
            lots.source_system,

            -- dates
            lapses.occurred_at,
            lapses.occurred_date,
            cast(null as timestamp) as expires_at,

            -- categories
            'expire' as entry_type,

            -- flags
            true as is_derived,

            -- counts
            lapses.points,

            -- trace
            lots.landing_file_id,
            lots.record_number

        from lapses
        inner join landed as lots on lapses.lot_entry_id = lots.entry_id
    )

select *
from landed

union all

select *
from derived
