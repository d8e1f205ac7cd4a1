-- No lot gives more points to expiry, landed and derived, than it was given; and
-- derived
-- expiry is there only from the day of expiry to the as-of day.
with
    derived as (
        select
            split_part(entry_id, '#expiry', 1) as lot_entry_id,
            min(occurred_at) as occurred_at,
            max(occurred_date) as occurred_date,
            sum(points) as points
        from {{ ref("fct_loyalty_entries") }}
        where is_derived
        group by split_part(entry_id, '#expiry', 1)
    ),

    lots as (select * from {{ ref("fct_loyalty_lots") }})

select derived.lot_entry_id, derived.points, lots.points_expired
from derived
left join lots on derived.lot_entry_id = lots.entry_id
cross join {{ ref("int_as_of") }} as as_of
where
    lots.entry_id is null
    or derived.points >= 0
    or - derived.points > lots.points_expired
    or derived.occurred_at < lots.expires_at
    or derived.occurred_date > as_of.as_of_date
