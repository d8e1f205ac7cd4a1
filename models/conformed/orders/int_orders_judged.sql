with
    {{
        located(
            "orders", event="ordered", others=["delivered"], country="country_code"
        )
    }},

    rates as (select * from {{ ref("int_exchange_rates_daily") }}),

    rated as (
        select
            located.*,
            case
                when
                    coalesce(located.currency_code, '{{ reporting_currency() }}')
                    = '{{ reporting_currency() }}'
                then 1
                else rates.rate
            end as exchange_rate

        from located
        left join
            rates
            on located.currency_code = rates.currency_code
            and located.ordered_date = rates.day_date
    ),

    valued as (
        select
            rated.*,
            concat_ws(
                ';',
                nullif(refusals, ''),
                case
                    when
                        exchange_rate is null
                        and coalesce(ordered_date <= as_of_date, true)
                    then 'currency_code:no_exchange_rate'
                end
            ) as all_refusals,
            {{ converted("gross_amount", "exchange_rate") }} as reporting_gross_amount,
            {{ converted("coalesce(discount_amount, 0)", "exchange_rate") }}
            as reporting_discount_amount,
            {{ converted("tax_amount", "exchange_rate") }} as reporting_tax_amount,
            {{ converted("shipping_amount", "exchange_rate") }}
            as reporting_shipping_amount,
            {{ converted("cost_amount", "exchange_rate") }} as reporting_cost_amount

        from rated
    ),

    {{
        row_states(
            "valued",
            "orders",
            ["source_system", "order_id"],
            not_yet="ordered_date > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
