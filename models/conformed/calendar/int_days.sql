{#- What each table tells the first day of: all that an accepted row of it happened on. -#}
{%- set days_of_events = {
    "int_orders_judged": ["ordered_date", "delivered_date"],
    "int_refunds_judged": ["refund_day"],
    "int_survey_responses_judged": ["invited_date", "responded_date"],
    "int_tickets_judged": ["opened_date"],
    "int_contacts_judged": ["contacted_date"],
    "int_costs_judged": ["period_start_date"],
    "int_loyalty_entries_judged": ["occurred_date"],
} -%}
with
    first_dates as (
        {%- for table, days in days_of_events.items() %}
            {%- for day in days %}
                select min({{ day }}) as first_date
                from {{ ref(table) }}
                where row_state = 'accepted'

                union all
            {%- endfor %}
        {%- endfor %}

        select min(created_date) as first_date
        from {{ ref("int_customers_profiled") }}
    ),

    first_day as (select min(first_date) as first_date from first_dates),

    bounds as (
        select
            cast(
                {{ dbt.date_trunc("year", "first_day.first_date") }} as date
            ) as first_date,
            make_date(
                cast(extract(year from as_of.as_of_date) as integer), 12, 31
            ) as last_date

        from first_day
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
