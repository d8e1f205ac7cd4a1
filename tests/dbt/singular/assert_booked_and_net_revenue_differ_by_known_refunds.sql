-- Booked revenue knows refunds by their own day and rate, net revenue by their order's:
-- the two differ by refunds without an order and by what the rates moved, and by
-- nothing else.
with
    drivers as (select * from {{ ref("int_customer_month_drivers") }}),

    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    refunds as (
        select * from {{ ref("fct_refunds") }} where is_counted and not is_guest
    ),

    booked as (select coalesce(sum(revenue_amount), 0) as amount from drivers),

    net as (select coalesce(sum(net_amount), 0) as amount from orders),

    differences as (
        select
            coalesce(sum(unattributed_refund_amount), 0) as unattributed_amount,
            coalesce(
                sum(
                    case
                        when has_order
                        then booked_refund_amount - restated_refund_amount
                    end
                ),
                0
            ) as rate_difference_amount

        from refunds
    )

select
    booked.amount as booked_amount,
    net.amount as net_amount,
    differences.unattributed_amount,
    differences.rate_difference_amount

from booked
cross join net
cross join differences
where
    net.amount - booked.amount
    <> differences.unattributed_amount + differences.rate_difference_amount
