with
    tier_periods as (select * from {{ ref("int_loyalty_tier_periods") }}),

    final as (
        select
            -- ids
            customer_id
            || '|'
            || cast(tier_period_number as {{ dbt.type_string() }}) as tier_period_key,
            customer_id,

            -- categories
            loyalty_tier,
            earlier_tier,

            -- dates
            valid_from_at,
            valid_to_at,
            valid_from_date,
            valid_to_date,

            -- flags
            valid_to_at is null as is_current,

            -- numbers
            tier_period_number,
            cast(tier_rank as integer) as tier_rank,
            points_in_window

        from tier_periods
    )

select *
from final
