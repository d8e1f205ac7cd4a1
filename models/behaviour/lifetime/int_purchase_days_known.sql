with
    snapshots as (select * from {{ ref("int_snapshot_days") }}),

    orders as (select * from {{ ref("int_orders_known") }} where is_counted),

    refunds as (select * from {{ ref("int_refunds_known") }}),

    orders_then as (
        select
            snapshots.snapshot_date,
            snapshots.snapshot_end_at,
            orders.source_system,
            orders.order_id,
            orders.customer_id,
            orders.order_date,
            orders.revenue_amount

        from snapshots
        inner join
            orders
            on orders.order_date <= snapshots.snapshot_date
            and {{ known_at("orders", "snapshots") }}
    ),

    refunds_then as (
        select
            snapshots.snapshot_date,
            refunds.source_system,
            refunds.order_id,
            sum(refunds.restated_refund_amount) as refunded_amount

        from snapshots
        inner join
            refunds
            on refunds.refund_day <= snapshots.snapshot_date
            and {{ known_at("refunds", "snapshots") }}
        group by snapshots.snapshot_date, refunds.source_system, refunds.order_id
    ),

    summed as (
        select
            orders_then.snapshot_date,
            orders_then.customer_id,
            orders_then.order_date,
            sum(
                orders_then.revenue_amount - coalesce(refunds_then.refunded_amount, 0)
            ) as net_amount

        from orders_then
        left join
            refunds_then
            on orders_then.snapshot_date = refunds_then.snapshot_date
            and orders_then.source_system = refunds_then.source_system
            and orders_then.order_id = refunds_then.order_id
        group by
            orders_then.snapshot_date, orders_then.customer_id, orders_then.order_date
    )

select
    *,
    row_number() over (
        partition by snapshot_date, customer_id order by order_date
    ) as purchase_day_number,
    lag(order_date) over (
        partition by snapshot_date, customer_id order by order_date
    ) as previous_order_date

from summed
