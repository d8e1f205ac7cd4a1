with
    refunds as (
        select * from {{ ref("int_refunds_judged") }} where row_state = 'accepted'
    ),

    final as (
        select
            -- ids
            {{ source_key("source_system", "refund_id") }} as refund_id,
            case
                when has_order then {{ source_key("source_system", "order_id") }}
            end as order_id,
            coalesce(order_customer_id, customer_id) as customer_id,
            source_system,

            -- dates
            refunded_at,
            refund_day as refund_date,

            -- categories
            coalesce(reason, 'unknown') as reason,
            coalesce(order_market, market) as market,
            coalesce(currency_code, '{{ reporting_currency() }}') as currency_code,

            -- flags
            coalesce(is_return, false) as is_return,
            has_order,
            coalesce(order_customer_id, customer_id) = 'guest' as is_guest,
            -- a refund of a cancelled order gives back what was never counted
            coalesce(order_status, '') <> 'cancelled' as is_counted,

            -- money
            cast(amount as decimal(20, 6)) as refund_amount_local,
            booked_refund_amount,
            restated_refund_amount,
            cast(
                case when not has_order then booked_refund_amount else 0 end as decimal(
                    18, 2
                )
            ) as unattributed_refund_amount,

            -- trace
            landing_file_id,
            record_number

        from refunds
    )

select *
from final
