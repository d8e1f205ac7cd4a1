with
    customers as (select * from {{ ref("dim_customers") }}),

    members as (select * from {{ ref("int_loyalty_customers") }}),

    numbers as (
        select customer_id
        from {{ ref("int_customers_profiled") }}
        where loyalty_number is not null
    ),

    earned as (
        select
            customer_id,
            greatest(max_by(points_in_window, changed_at), 0) as points_in_window
        from {{ ref("int_loyalty_earned_sums") }}
        group by customer_id
    ),

    tiers_held as (
        select * from {{ ref("mart_loyalty_tier_periods") }} where valid_to_at is null
    ),

    tiers as (
        select
            lag(tier_rank, 1, 0) over (order by min_points_earned) as tier_rank,
            loyalty_tier as next_loyalty_tier,
            min_points_earned
        from {{ ref("loyalty_tiers") }}
    ),

    final as (
        select
            -- ids
            customers.customer_id,

            -- categories
            coalesce(tiers_held.loyalty_tier, 'none') as loyalty_tier,
            tiers.next_loyalty_tier,

            -- flags
            members.customer_id is not null as is_member,
            numbers.customer_id is not null as has_loyalty_number,

            -- dates
            members.member_since_date,
            tiers_held.valid_from_date as tier_since_date,
            members.last_earned_date,
            members.last_spent_date,
            members.next_expiry_date,

            -- counts
            cast(coalesce(members.entry_count, 0) as bigint) as entry_count,

            -- points
            {%- for name in [
                "points_balance",
                "points_earned",
                "points_spent",
                "points_expired",
                "points_adjusted",
                "points_reversed",
                "points_owed",
                "points_expiring_30d",
                "points_expiring_90d",
            ] %}
                cast(coalesce(members.{{ name }}, 0) as decimal(18, 4)) as {{ name }},
            {%- endfor %}
            cast(
                coalesce(earned.points_in_window, 0) as decimal(18, 4)
            ) as points_in_window,
            cast(
                tiers.min_points_earned - earned.points_in_window as decimal(18, 4)
            ) as points_to_next_tier,

            -- money
            {{ points_value("coalesce(members.points_balance, 0)") }}
            as liability_amount,

            -- rates
            {{ rate("members.points_spent", "members.points_earned") }}
            as redemption_rate,
            {{ rate("members.points_expired", "members.points_earned") }} as expiry_rate

        from customers
        left join members on customers.customer_id = members.customer_id
        left join numbers on customers.customer_id = numbers.customer_id
        left join earned on customers.customer_id = earned.customer_id
        left join tiers_held on customers.customer_id = tiers_held.customer_id
        left join tiers on tiers_held.tier_rank = tiers.tier_rank
    )

select *
from final
