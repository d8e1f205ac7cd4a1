with {{ known_versions("int_refunds_judged", ["source_system", "refund_id"]) }}

select
    source_system,
    refund_id,
    order_id,
    refund_day,
    restated_refund_amount,
    known_from_at,
    known_to_at

from known
where has_order
