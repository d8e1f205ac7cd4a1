with
    days as (select * from {{ ref("int_days") }}),

    final as (
        select
            day_date as date_day,
            cast(extract(year from day_date) as integer) as year_number,
            cast(extract(quarter from day_date) as integer) as quarter_number,
            cast(extract(month from day_date) as integer) as month_number,
            cast(extract(day from day_date) as integer) as day_of_month_number,
            week_start_date,
            cast({{ dbt.date_trunc("month", "day_date") }} as date) as month_start_date,
            cast(
                {{ dbt.date_trunc("quarter", "day_date") }} as date
            ) as quarter_start_date,
            cast({{ dbt.date_trunc("year", "day_date") }} as date) as year_start_date

        from days
    )

select *
from final
