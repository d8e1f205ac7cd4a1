with
    tickets as (select * from {{ ref("fct_tickets") }}),

    customers as (select customer_id, country_code from {{ ref("dim_customers") }}),

    markets as (select country_code, time_zone from {{ ref("markets") }}),

    business_days as (select * from {{ ref("int_business_days") }}),

    -- a customer of an unknown country has no business hours, and no rows
    placed as (
        select tickets.*, markets.country_code, markets.time_zone
        from tickets
        inner join customers on tickets.customer_id = customers.customer_id
        inner join markets on customers.country_code = markets.country_code
    ),

    moments as (
        {%- for moment in ["opened", "first_responded", "resolved"] %}
            select
                ticket_id,
                country_code,
                '{{ moment }}' as moment,
                {{ moment }}_at as moment_at,
                {{ local_date(moment ~ "_at", "time_zone") }} as local_day
            from placed
            where {{ moment }}_at is not null
            {%- if not loop.last %}

                union all

            {% endif %}
        {%- endfor %}
    )

select
    moments.ticket_id,
    moments.moment,
    moments.moment_at,
    business_days.business_seconds_before + greatest(
        0,
        least(
            business_days.business_seconds,
            coalesce(
                {{
                    dbt.datediff(
                        "business_days.opens_at", "moments.moment_at", "second"
                    )
                }},
                0
            )
        )
    ) as business_seconds_so_far

from moments
inner join
    business_days
    on moments.country_code = business_days.country_code
    and moments.local_day = business_days.day_date
