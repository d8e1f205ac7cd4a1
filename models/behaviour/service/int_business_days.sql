with
    markets as (select * from {{ ref("markets") }}),

    holidays as (select * from {{ ref("holidays") }}),

    -- a bare date begins in the business time zone: the day before, further west
    days as (
        select day_date
        from {{ ref("int_days") }}

        union

        select cast(day_date - 1 as date)
        from {{ ref("int_days") }}
    ),

    planned as (
        select
            markets.country_code,
            markets.market,
            markets.time_zone,
            days.day_date,
            {%- for name in ["opens", "closes"] %}
                cast(split_part(markets.business_{{ name }}_at, ':', 1) as integer) * 60
                + cast(
                    split_part(markets.business_{{ name }}_at, ':', 2) as integer
                ) as {{ name }}_minute,
            {%- endfor %}
            concat(';', markets.business_days, ';') like concat(
                '%;',
                1 + {{ days_between("date '1900-01-01'", "days.day_date") }} % 7,
                ';%'
            )
            and holidays.holiday_date is null as is_business_day

        from markets
        cross join days
        left join
            holidays
            on markets.market = holidays.market
            and days.day_date = holidays.holiday_date
    ),

    opened as (
        select
            country_code,
            market,
            time_zone,
            day_date,
            is_business_day,
            {%- for name in ["opens", "closes"] %}
                case
                    when is_business_day
                    then
                        {{
                            utc_from_local(
                                dbt.dateadd(
                                    "minute",
                                    name ~ "_minute",
                                    "cast(day_date as timestamp)",
                                ),
                                "time_zone",
                            )
                        }}
                end as {{ name }}_at{{ "," if not loop.last }}
            {%- endfor %}

        from planned
    ),

    -- between two hours in UTC lies what was really worked, clocks changed or not
    measured as (
        select
            *,
            coalesce(
                {{ dbt.datediff("opens_at", "closes_at", "second") }}, 0
            ) as business_seconds

        from opened
    )

select
    *,
    sum(business_seconds) over (partition by country_code order by day_date)
    - business_seconds as business_seconds_before

from measured
