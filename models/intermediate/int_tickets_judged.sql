with
    {{ located("tickets", event="opened", others=["first_responded", "resolved"]) }},

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
            and located.opened_date = rates.day_date
    ),

    valued as (
        select
            rated.*,
            concat_ws(
                ';',
                nullif(refusals, ''),
                case
                    when
                        compensation_amount is not null
                        and exchange_rate is null
                        and coalesce(opened_date <= as_of_date, true)
                    then 'currency_code:no_exchange_rate'
                end
            ) as all_refusals,
            {{ converted("compensation_amount", "exchange_rate") }}
            as reporting_compensation_amount

        from rated
    ),

    {{
        row_states(
            "valued",
            "tickets",
            ["source_system", "ticket_id"],
            not_yet="opened_date > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
