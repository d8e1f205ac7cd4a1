-- One row per customer whom any line names, a refused one too.
with
    named as (
        select * from lines where customer_id is not null and invoiced_at is not null
    ),

    first_seen as (
        select customer_id, min(invoiced_at) as created_at

        from named
        group by customer_id
    ),

    latest_countries as (
        select customer_id, country_code

        from named
        where country_code is not null
        qualify
            row_number() over (
                partition by customer_id
                order by invoiced_at desc, invoice desc, country_code
            )
            = 1
    )

select
    -- ids
    first_seen.customer_id,

    -- categories
    latest_countries.country_code,

    -- times
    first_seen.created_at

from first_seen
left join latest_countries on first_seen.customer_id = latest_countries.customer_id
order by first_seen.customer_id
