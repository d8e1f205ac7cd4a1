-- A point of a lot is spent, expired, taken back or left; none is left once it has
-- lapsed; and nobody owes points while some are left to pay with.
with
    lots as (select * from {{ ref("fct_loyalty_lots") }}),

    debtors as (
        select customer_id from {{ ref("mart_customer_loyalty") }} where points_owed > 0
    )

select lots.entry_id, lots.points, lots.points_remaining
from lots
left join debtors on lots.customer_id = debtors.customer_id
where
    lots.points
    <> lots.points_spent
    + lots.points_expired
    + lots.points_adjusted
    + lots.points_reversed
    + lots.points_remaining
    or (lots.is_lapsed and lots.points_remaining <> 0)
    or (debtors.customer_id is not null and lots.points_remaining <> 0)
