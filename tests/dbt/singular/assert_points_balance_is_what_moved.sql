-- earned - spent - expired + adjusted + reversed = balance, customer by customer; and
-- what is left in the lots, less what is owed, is that balance too.
with
    entries as (
        select customer_id, sum(points) as points_balance
        from {{ ref("fct_loyalty_entries") }}
        group by customer_id
    ),

    lots as (
        select customer_id, sum(points_remaining) as points_remaining
        from {{ ref("fct_loyalty_lots") }}
        group by customer_id
    ),

    members as (select * from {{ ref("mart_customer_loyalty") }} where is_member)

select customer_id, members.points_balance, entries.points_balance as entered_points
from members
full outer join entries using (customer_id)
left join lots using (customer_id)
where
    members.points_balance is distinct from entries.points_balance
    or members.points_earned
    - members.points_spent
    - members.points_expired
    + members.points_adjusted
    + members.points_reversed
    is distinct from members.points_balance
    or coalesce(lots.points_remaining, 0)
    - members.points_owed
    is distinct from members.points_balance
