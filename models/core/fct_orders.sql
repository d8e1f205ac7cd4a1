with
    orders as (
        select * from {{ ref("int_orders_judged") }} where row_state = 'accepted'
    ),

    stores as (select lower(channel) as store_channel from {{ ref("store_channels") }}),

    refunds as (
        select *
        from {{ ref("int_refunds_judged") }}
        where row_state = 'accepted' and has_order
    ),

    refunds_summed as (
        select source_system, order_id, sum(restated_refund_amount) as refunded_amount
        from refunds
        group by source_system, order_id
    ),

    valued as (
        select
            orders.*,
            orders.status <> 'cancelled' as is_counted,
            orders.customer_id = 'guest' as is_guest,
            stores.store_channel is not null as is_store,
            -- over the counter: the goods were received with the order
            stores.store_channel is not null
            and orders.delivered_day is null as is_received_when_ordered,
            coalesce(refunds_summed.refunded_amount, 0) as refunded_amount,
            orders.reporting_gross_amount
            - orders.reporting_discount_amount
            - coalesce(refunds_summed.refunded_amount, 0) as net_amount

        from orders
        left join stores on lower(orders.channel) = stores.store_channel
        left join
            refunds_summed
            on orders.source_system = refunds_summed.source_system
            and orders.order_id = refunds_summed.order_id
    ),

    margins_taken as (
        select
            *,
            case
                when reporting_cost_amount is not null
                then net_amount - reporting_cost_amount
                else
                    cast(
                        net_amount * {{ var("default_margin_rate") }} as decimal(18, 2)
                    )
            end as margin_amount

        from valued
    ),

    numbered as (
        select
            source_system,
            order_id,
            row_number() over (
                partition by customer_id
                order by ordered_date, ordered_at, source_system, order_id
            ) as order_number

        from margins_taken
        where is_counted and not is_guest
    ),

    final as (
        select
            -- ids
            {{ source_key("orders.source_system", "orders.order_id") }} as order_id,
            orders.customer_id,
            orders.source_system,
            orders.order_id as source_order_id,

            -- dates
            orders.ordered_at,
            orders.ordered_date as order_date,
            orders.delivered_at,
            orders.delivered_date,
            case
                when orders.is_received_when_ordered
                then orders.ordered_at
                else orders.delivered_at
            end as received_at,
            case
                when orders.is_received_when_ordered
                then orders.ordered_date
                else orders.delivered_date
            end as received_date,

            -- categories
            orders.status,
            coalesce(orders.channel, 'unknown') as channel,
            orders.market,
            coalesce(
                orders.currency_code, '{{ reporting_currency() }}'
            ) as currency_code,

            -- flags
            orders.is_counted,
            orders.is_guest,
            orders.is_store,
            -- a bare date is a day, and no moment
            orders.ordered_on is null as has_ordered_time,
            case
                when orders.is_received_when_ordered
                then orders.ordered_on is null
                else orders.delivered_at is not null and orders.delivered_on is null
            end as has_received_time,
            orders.reporting_cost_amount is null as is_margin_estimated,

            -- counts
            numbered.order_number,

            -- money
            cast(orders.exchange_rate as decimal(24, 14)) as exchange_rate,
            cast(orders.gross_amount as decimal(20, 6)) as gross_amount_local,
            orders.reporting_gross_amount as gross_amount,
            orders.reporting_discount_amount as discount_amount,
            orders.reporting_tax_amount as tax_amount,
            orders.reporting_shipping_amount as shipping_amount,
            cast(orders.refunded_amount as decimal(18, 2)) as refunded_amount,
            cast(orders.net_amount as decimal(18, 2)) as net_amount,
            orders.reporting_cost_amount as cost_amount,
            cast(orders.margin_amount as decimal(18, 2)) as margin_amount,

            -- trace
            orders.landing_file_id,
            orders.record_number

        from margins_taken as orders
        left join
            numbered
            on orders.source_system = numbered.source_system
            and orders.order_id = numbered.order_id
    )

select *
from final
