with
    {{ located("tickets", event="opened", others=["first_responded", "resolved"]) }},

    rates as (select * from {{ ref("int_exchange_rates_daily") }}),

    statuses as (
        select lower(status) as status_word, ticket_state
        from {{ ref("ticket_statuses") }}
    ),

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

    -- where the status is missing or unknown, the time of resolution speaks
    sorted as (
        select
            rated.*,
            coalesce(
                statuses.ticket_state,
                case when rated.resolved_day is null then 'open' else 'closed' end
            ) as landed_state

        from rated
        left join statuses on lower(rated.status) = statuses.status_word
    ),

    -- one that landed closed without saying when is closed from the last moment on that
    -- its row tells of; a version is known by its day in the business time zone
    closed as (
        select
            *,
            case
                when landed_state = 'closed'
                then
                    coalesce(
                        resolved_day,
                        greatest(
                            opened_date,
                            first_responded_day,
                            {{
                                local_date(
                                    "updated_at", "'" ~ business_timezone() ~ "'"
                                )
                            }}
                        )
                    )
            end as closed_day

        from sorted
    ),

    valued as (
        select
            closed.*,
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

        from closed
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
