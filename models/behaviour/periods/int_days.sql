with
    first_dates as (
        select min(first_date) as first_date
        from
            (
                select min(least(order_date, received_date)) as first_date
                from {{ ref("fct_orders") }}
                union all
                select min(least(invited_date, responded_date))
                from {{ ref("fct_survey_responses") }}
                union all
                select min(opened_date)
                from {{ ref("fct_tickets") }}
                union all
                select min(contact_date)
                from {{ ref("fct_contacts") }}
                union all
                select min(period_start_date)
                from {{ ref("int_costs_judged") }}
                where row_state = 'accepted'
                union all
                select min(refund_date)
                from {{ ref("fct_refunds") }}
                union all
                select min(occurred_date)
                from {{ ref("fct_loyalty_entries") }}
                union all
                select min(created_date)
                from {{ ref("int_customers_profiled") }}
            ) as events
    ),

    bounds as (
        select
            cast(
                {{ dbt.date_trunc("year", "first_dates.first_date") }} as date
            ) as first_date,
            make_date(
                cast(extract(year from as_of.as_of_date) as integer), 12, 31
            ) as last_date

        from first_dates
        cross join {{ ref("int_as_of") }} as as_of
    ),

    days as (
        select day_date
        from bounds {{ days_of("bounds.first_date", "bounds.last_date", "day_date") }}
    )

select
    day_date,
    day_date - cast(
        (
            {{ days_between("date '1900-01-01'", "day_date") }}
            + 8
            - {{ var("week_start_day") }}
        )
        % 7 as integer
    ) as week_start_date

from days
