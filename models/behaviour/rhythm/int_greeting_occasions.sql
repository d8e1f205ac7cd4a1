with
    customers as (
        select * from {{ ref("dim_customers") }} where acquired_date is not null
    ),

    -- nobody's birth date is kept once they are erased
    births as (
        select customer_id, birth_date
        from {{ ref("int_customers_profiled") }}
        where birth_date is not null and not is_erased
    ),

    holidays as (
        select market, holiday_date, min(holiday_name) as holiday_name
        from {{ ref("holidays") }}
        where is_greeting
        group by market, holiday_date
    ),

    as_of as (
        select
            as_of_date, as_of_date + {{ var("contact_look_ahead_days") }} as last_date
        from {{ ref("int_as_of") }}
    ),

    -- the look ahead may reach into the next year
    years as (
        select distinct cast(extract(year from day_date) as integer) as year_number
        from {{ ref("int_days") }}

        union

        select cast(extract(year from last_date) as integer) as year_number
        from as_of
        where last_date is not null
    ),

    -- adding years to 29 February gives the 28th in common years
    birthdays as (
        select
            births.customer_id,
            'birthday' as contact_reason,
            cast(null as {{ dbt.type_string() }}) as reference,
            cast(
                {{
                    dbt.dateadd(
                        "year",
                        "cast(years.year_number - extract(year from births.birth_date) as integer)",
                        "births.birth_date",
                    )
                }}
                as date
            ) as event_date

        from births
        cross join years
        where years.year_number > extract(year from births.birth_date)
    ),

    market_holidays as (
        select
            customers.customer_id,
            'holiday_greeting' as contact_reason,
            holidays.holiday_name as reference,
            holidays.holiday_date as event_date

        from customers
        inner join holidays on customers.market = holidays.market
    ),

    occasions as (
        select *
        from birthdays
        union all
        select *
        from market_holidays
    )

select occasions.*
from occasions
inner join customers on occasions.customer_id = customers.customer_id
cross join as_of
where occasions.event_date between customers.acquired_date and as_of.last_date
