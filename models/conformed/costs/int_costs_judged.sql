with
    as_of as (select * from {{ ref("int_as_of") }}),

    rates as (select * from {{ ref("int_exchange_rates_daily") }}),

    rated as (
        select
            staged_rows.*,
            as_of.as_of_date,
            as_of.as_of_end_at,
            case
                when
                    coalesce(staged_rows.currency_code, '{{ reporting_currency() }}')
                    = '{{ reporting_currency() }}'
                then 1
                else rates.rate
            end as exchange_rate

        from {{ ref("stg_costs") }} as staged_rows
        left join
            rates
            on staged_rows.currency_code = rates.currency_code
            and staged_rows.period_start_date = rates.day_date
        cross join as_of
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
                        and coalesce(period_start_date <= as_of_date, true)
                    then 'currency_code:no_exchange_rate'
                end
            ) as all_refusals,
            {{ converted("amount", "exchange_rate") }} as reporting_amount

        from rated
    ),

    {{
        row_states(
            "valued",
            "costs",
            ["cost_id"],
            not_yet="period_start_date > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
