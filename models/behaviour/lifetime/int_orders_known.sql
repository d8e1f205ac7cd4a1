with {{ known_versions("int_orders_judged", ["source_system", "order_id"]) }}

select
    source_system,
    order_id,
    customer_id,
    ordered_date as order_date,
    status <> 'cancelled' as is_counted,
    reporting_gross_amount - reporting_discount_amount as revenue_amount,
    known_from_at,
    known_to_at

from known
where customer_id <> 'guest'
