with
    entries as (
        select *
        from {{ ref("int_loyalty_entries_judged") }}
        where row_state = 'accepted'
    ),

    -- a bare date is that day in every market
    bare_dates as (
        select landing_file_id, record_number, expires_on
        from {{ ref("stg_loyalty_entries") }}
        where expires_on is not null
    ),

    dated as (
        select
            entries.*,
            case
                when entries.expires_at is not null
                then
                    coalesce(
                        bare_dates.expires_on,
                        {{ local_date("entries.expires_at", "entries.time_zone") }}
                    )
            end as expires_date,
            {{ source_key("entries.source_system", "entries.entry_id") }} as entry_key

        from entries
        left join
            bare_dates
            on entries.landing_file_id = bare_dates.landing_file_id
            and entries.record_number = bare_dates.record_number
    ),

    numbered as (
        select
            *,
            -- of entries of one moment (bare dates make many), points come before
            -- they go
            row_number() over (
                partition by customer_id
                order by
                    occurred_at,
                    case
                        when entry_type = 'reverse'
                        then 2
                        when entry_type = 'expire'
                        then 3
                        when points > 0
                        then 0
                        else 1
                    end,
                    entry_key
            ) as entry_number,
            case
                when order_id is null
                then 0
                else
                    dense_rank() over (
                        partition by customer_id order by source_system, order_id
                    )
            end as order_number

        from dated
    ),

    final as (
        select
            -- ids
            numbered.customer_id,
            numbered.entry_number,
            numbered.entry_key as entry_id,
            numbered.order_number,
            coalesce(reversed.entry_number, 0) as reversed_entry_number,
            reversed.entry_key as reversed_entry_id,

            -- categories
            numbered.entry_type,
            reversed.entry_type as reversed_entry_type,

            -- dates
            numbered.occurred_at,
            numbered.occurred_date,
            numbered.expires_at,
            numbered.expires_date,
            coalesce(numbered.expires_at, timestamp '9999-12-31 00:00:00') as lapses_at,

            -- flags
            coalesce(numbered.expires_date <= numbered.as_of_date, false) as has_lapsed,

            -- points
            numbered.points,
            cast(
                cast(numbered.points as decimal(24, 4)) * 10000 as bigint
            ) as point_units

        from numbered
        left join
            numbered as reversed
            on numbered.customer_id = reversed.customer_id
            and numbered.source_system = reversed.source_system
            -- one key, for a condition on one side alone would be a nested loop
            and case
                when numbered.entry_type = 'reverse' then numbered.reverses_entry_id
            end
            = reversed.entry_id
    )

select *
from final
