{%- set window = var("tier_window_days") -%}
with
    entries as (select * from {{ ref("int_loyalty_movements") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    -- what a reversal takes away, it takes from the points of the entry it reverses:
    -- both
    -- leave the window together
    earned as (
        select
            entry_id as earn_entry_id,
            customer_id,
            occurred_at as earned_at,
            occurred_date as earned_date,
            occurred_at as counts_from_at,
            occurred_date as counts_from_date,
            points

        from entries
        where entry_type = 'earn'

        union all

        select
            earned.entry_id,
            earned.customer_id,
            earned.occurred_at,
            earned.occurred_date,
            greatest(reversals.occurred_at, earned.occurred_at),
            greatest(reversals.occurred_date, earned.occurred_date),
            reversals.points

        from entries as reversals
        inner join entries as earned on reversals.reversed_entry_id = earned.entry_id
        where earned.entry_type = 'earn' and reversals.points < 0
    ),

    changes as (
        select
            customer_id,
            counts_from_at as changed_at,
            counts_from_date as changed_date,
            points
        from earned
        where counts_from_at < earned_at + interval {{ window }} day

        union all

        select
            earned.customer_id,
            earned.earned_at + interval {{ window }} day,
            earned.earned_date + {{ window }},
            - earned.points
        from earned
        cross join as_of
        where
            earned.counts_from_at < earned.earned_at + interval {{ window }} day
            and earned.earned_date + {{ window }} <= as_of.as_of_date

        union all

        -- whoever has any entry is a member from the first one on
        select customer_id, min(occurred_at), min(occurred_date), 0
        from entries
        group by customer_id
    ),

    summed as (
        select
            customer_id,
            changed_at,
            max(changed_date) as changed_date,
            sum(points) as points

        from changes
        group by customer_id, changed_at
    )

select
    customer_id,
    changed_at,

    -- days of a customer follow each other as the moments do, bare dates included
    max(changed_date) over running as changed_date,
    cast(sum(points) over running as decimal(18, 4)) as points_in_window

from summed
window running as (partition by customer_id order by changed_at)
