with
    {{ located("refunds", event="refunded") }},

    orders as (
        select * from {{ ref("int_orders_judged") }} where row_state = 'accepted'
    ),

    rates as (select * from {{ ref("int_exchange_rates_daily") }}),

    -- the day of a refund is lived where its order was, if that is known
    attributed as (
        select
            located.*,
            orders.order_id is not null as has_order,
            orders.customer_id as order_customer_id,
            orders.market as order_market,
            orders.status as order_status,
            orders.ordered_date,
            coalesce(
                located.refunded_on,
                {{
                    local_date(
                        "located.refunded_at",
                        "coalesce(orders.time_zone, located.time_zone)",
                    )
                }}
            ) as refund_day

        from located
        left join
            orders
            on located.source_system = orders.source_system
            and located.order_id = orders.order_id
    ),

    rated as (
        select
            attributed.*,
            coalesce(attributed.currency_code, '{{ reporting_currency() }}')
            = '{{ reporting_currency() }}' as is_reporting_currency,
            refund_day_rates.rate as refund_day_rate,
            order_day_rates.rate as order_day_rate

        from attributed
        left join
            rates as refund_day_rates
            on attributed.currency_code = refund_day_rates.currency_code
            and attributed.refund_day = refund_day_rates.day_date
        left join
            rates as order_day_rates
            on attributed.currency_code = order_day_rates.currency_code
            and attributed.ordered_date = order_day_rates.day_date
    ),

    valued as (
        select
            rated.*,
            concat_ws(
                ';',
                nullif(refusals, ''),
                case
                    when
                        not is_reporting_currency
                        and coalesce(refund_day <= as_of_date, true)
                        and (
                            refund_day_rate is null
                            or (has_order and order_day_rate is null)
                        )
                    then 'currency_code:no_exchange_rate'
                end
            ) as all_refusals,
            {{
                converted(
                    "amount",
                    "case when is_reporting_currency then 1 else refund_day_rate end",
                )
            }} as booked_refund_amount,
            case
                when has_order
                then
                    {{
                        converted(
                            "amount",
                            "case when is_reporting_currency then 1 else order_day_rate end",
                        )
                    }}
            end as restated_refund_amount

        from rated
    ),

    {{
        row_states(
            "valued",
            "refunds",
            ["source_system", "refund_id"],
            not_yet="refund_day > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
