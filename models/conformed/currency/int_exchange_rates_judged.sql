with
    as_of as (select * from {{ ref("int_as_of") }}),

    rates as (
        select staged_rows.*, as_of.as_of_date, as_of.as_of_end_at
        from {{ ref("stg_exchange_rates") }} as staged_rows
        cross join as_of
    ),

    {{
        row_states(
            "rates",
            "exchange_rates",
            ["rate_date", "currency_code"],
            not_yet="rate_date > as_of_date",
        )
    }}

select *
from stated
