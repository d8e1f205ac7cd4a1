-- What a snapshot of the as-of day knows, and what the facts say of it, come by two
-- ways, and are the same.
with
    as_of as (select * from {{ ref("int_as_of") }}),

    snapshots as (
        select known.customer_id, known.order_date, known.net_amount
        from {{ ref("int_purchase_days_known") }} as known
        inner join as_of on known.snapshot_date = as_of.as_of_date
    ),

    facts as (
        select customer_id, order_date, net_amount from {{ ref("int_purchase_days") }}
    )

select
    facts.customer_id,
    facts.order_date,
    facts.net_amount,
    snapshots.net_amount as net_amount_of_snapshot

from facts
full outer join
    snapshots
    on facts.customer_id = snapshots.customer_id
    and facts.order_date = snapshots.order_date
where
    facts.customer_id is null
    or snapshots.customer_id is null
    or facts.net_amount <> snapshots.net_amount
