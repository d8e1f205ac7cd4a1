with
    sums as (select * from {{ ref("int_loyalty_earned_sums") }}),

    tiers as (
        select
            *,
            lead(min_points_earned) over (
                order by min_points_earned
            ) as next_min_points_earned
        from {{ ref("loyalty_tiers") }}
    ),

    ranked as (
        select
            sums.*,
            coalesce(tiers.tier_rank, 0) as tier_rank,
            coalesce(tiers.loyalty_tier, 'none') as loyalty_tier

        from sums
        left join
            tiers
            on greatest(sums.points_in_window, 0) >= tiers.min_points_earned
            and (
                tiers.next_min_points_earned is null
                or greatest(sums.points_in_window, 0) < tiers.next_min_points_earned
            )
    ),

    compared as (
        select
            *,
            lag(loyalty_tier) over (
                partition by customer_id order by changed_at
            ) as earlier_tier
        from ranked
    ),

    begun as (select * from compared where earlier_tier is distinct from loyalty_tier),

    numbered as (
        select
            *,
            row_number() over in_order as tier_period_number,
            lead(changed_at) over in_order as valid_to_at,
            lead(changed_date) over in_order as valid_to_date

        from begun
        window in_order as (partition by customer_id order by changed_at)
    ),

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
            changed_at as valid_from_at,
            valid_to_at,
            changed_date as valid_from_date,
            valid_to_date,

            -- flags
            valid_to_at is null as is_current,

            -- numbers
            tier_period_number,
            cast(tier_rank as integer) as tier_rank,
            points_in_window

        from numbered
    )

select *
from final
