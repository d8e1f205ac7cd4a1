with
    landed_orders as (
        select
            *,
            coalesce(ordered_on, cast(ordered_at as date)) as utc_day,
            coalesce(currency_code, '{{ reporting_currency() }}') as currency,
            timestamp '9999-01-01 00:00:00' as as_of_end_at

        from {{ ref("stg_orders") }}
    ),

    {{ row_states("landed_orders", "orders", ["source_system", "order_id"]) }},

    orders as (select * from stated where row_state = 'accepted'),

    landed_customers as (
        select *, timestamp '9999-01-01 00:00:00' as as_of_end_at
        from {{ ref("stg_customers") }}
    ),

    {{
        row_states(
            "landed_customers",
            "customers",
            ["source_system", "customer_id"],
            name="customers_stated",
        )
    }},

    customer_countries as (
        select source_system, customer_id, country_code
        from customers_stated
        where row_state = 'accepted'
    ),

    landed_rates as (
        select *, timestamp '9999-01-01 00:00:00' as as_of_end_at
        from {{ ref("stg_exchange_rates") }}
    ),

    {{
        row_states(
            "landed_rates",
            "exchange_rates",
            ["rate_date", "currency_code"],
            name="rates_stated",
        )
    }},

    rates as (
        select currency_code, rate_date from rates_stated where row_state = 'accepted'
    ),

    markets as (select * from {{ ref("markets") }}),

    clock as (select * from {{ ref("stg_landing_clock") }}),

    -- a currency and day whose rate holds for the days beside it too: time zones
    -- cannot move such an order out of reach
    safely_valued_days as (
        select distinct orders.utc_day
        from (select distinct utc_day, currency from orders) as orders
        left join
            rates
            on orders.currency = rates.currency_code
            and rates.rate_date < orders.utc_day
            and rates.rate_date > orders.utc_day - {{ var("max_rate_age_days") }}
        where
            orders.currency = '{{ reporting_currency() }}'
            or rates.rate_date is not null
    ),

    last_days as (
        select coalesce(max(utc_day) - 1, date '0001-01-01') as first_day
        from safely_valued_days
    ),

    last_orders as (
        select
            orders.currency,
            coalesce(
                orders.ordered_on,
                {{
                    local_date(
                        "orders.ordered_at",
                        "coalesce(customer_markets.time_zone, order_markets.time_zone, '"
                        ~ business_timezone()
                        ~ "')",
                    )
                }}
            ) as order_date

        from orders
        inner join last_days on orders.utc_day >= last_days.first_day
        left join
            customer_countries
            on orders.source_system = customer_countries.source_system
            and orders.customer_id = customer_countries.customer_id
        left join
            markets as customer_markets
            on customer_countries.country_code = customer_markets.country_code
        left join
            markets as order_markets on orders.country_code = order_markets.country_code
    ),

    last_order_day as (
        select max(last_orders.order_date) as order_date
        from last_orders
        left join
            rates
            on last_orders.currency = rates.currency_code
            and rates.rate_date
            between last_orders.order_date
            - {{ var("max_rate_age_days") }} and last_orders.order_date
        where
            last_orders.currency = '{{ reporting_currency() }}'
            or rates.rate_date is not null
    ),

    bounds as (
        select
            {%- if as_of_date_setting() %}
                date '{{ as_of_date_setting() }}' as as_of_date,
            {%- else %} last_order_day.order_date as as_of_date,
            {%- endif %}
            clock.observed_until_at

        from last_order_day
        cross join clock
    )

select
    as_of_date, {{ start_of_day("as_of_date + 1") }} as as_of_end_at, observed_until_at

from bounds
