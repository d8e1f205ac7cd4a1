-- From a member's first entry on, any moment and the end of any day lie in exactly one
-- period, and each period has another tier than the one before.
with
    members as (
        select customer_id, min(occurred_at) as first_at
        from {{ ref("fct_loyalty_entries") }}
        group by customer_id
    ),

    periods as (
        select
            *,
            lead(valid_from_at) over in_order as next_from_at,
            lead(valid_from_date) over in_order as next_from_date,
            lag(loyalty_tier) over in_order as tier_before,
            row_number() over in_order as period_number
        from {{ ref("mart_loyalty_tier_periods") }}
        window in_order as (partition by customer_id order by valid_from_at)
    )

select members.customer_id, periods.valid_from_at, periods.valid_to_at
from members
full outer join periods on members.customer_id = periods.customer_id
where
    members.customer_id is null
    or periods.customer_id is null
    or periods.valid_to_at is distinct from periods.next_from_at
    or periods.valid_to_date is distinct from periods.next_from_date
    or periods.valid_to_at <= periods.valid_from_at
    or periods.valid_to_date < periods.valid_from_date
    or periods.earlier_tier is distinct from periods.tier_before
    or periods.loyalty_tier = periods.tier_before
    or periods.is_current <> (periods.next_from_at is null)
    or (periods.period_number = 1 and periods.valid_from_at <> members.first_at)
