-- Payments or lines joined beside refunds would double them.
with
    refunds as (
        select order_id, sum(restated_refund_amount) as refunded_amount
        from {{ ref("fct_refunds") }}
        where has_order
        group by order_id
    )

select orders.order_id
from {{ ref("fct_orders") }} as orders
full outer join refunds on orders.order_id = refunds.order_id
where
    orders.order_id is null
    or orders.refunded_amount <> coalesce(refunds.refunded_amount, 0)
    or orders.net_amount
    <> orders.gross_amount - orders.discount_amount - orders.refunded_amount
    or (
        not orders.is_margin_estimated
        and orders.margin_amount <> orders.net_amount - orders.cost_amount
    )
