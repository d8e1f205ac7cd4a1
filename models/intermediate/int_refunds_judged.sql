with
    {{ located("refunds", event="refunded") }},

    orders as (
        select * from {{ ref("int_orders_judged") }} where row_state = 'accepted'
    ),

    rates as (select * from {{ ref("int_exchange_rates_daily") }}),

    rated as (
        select
            located.*,
            orders.order_id is not null as has_order,
            orders.customer_id as order_customer_id,
            orders.market as order_market,
            orders.status as order_status,
            coalesce(located.currency_code, '{{ reporting_currency() }}')
            = '{{ reporting_currency() }}' as is_reporting_currency,
            refund_day_rates.rate as refund_day_rate,
            order_day_rates.rate as order_day_rate

        from located
        left join
            orders
            on located.source_system = orders.source_system
            and located.order_id = orders.order_id
        left join
            rates as refund_day_rates
            on located.currency_code = refund_day_rates.currency_code
            and located.refunded_date = refund_day_rates.day_date
        left join
            rates as order_day_rates
            on located.currency_code = order_day_rates.currency_code
            and orders.ordered_date = order_day_rates.day_date
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
                        and refunded_date <= as_of_date
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
            not_yet="refunded_date > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
