with
    rates as (
        select *
        from {{ ref("int_exchange_rates_judged") }}
        where row_state = 'accepted'
    ),

    held as (
        select
            currency_code,
            rate,
            rate_date,
            least(
                rate_date + {{ var("max_rate_age_days") }},
                coalesce(
                    lead(rate_date) over (partition by currency_code order by rate_date)
                    - 1,
                    rate_date + {{ var("max_rate_age_days") }}
                )
            ) as last_date

        from rates
    ),

    daily as (
        select held.currency_code, day_date, held.rate

        from held {{ days_of("held.rate_date", "held.last_date", "day_date") }}
    )

select currency_code, day_date, rate
from daily
