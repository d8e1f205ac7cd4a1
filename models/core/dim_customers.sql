with
    profiles as (select * from {{ ref("int_customers_profiled") }}),

    places as (select * from {{ ref("int_customer_places") }}),

    age_bands as (select * from {{ ref("age_bands") }}),

    -- granted for any channel, as decided last
    consents as (
        select customer_id, bool_or(is_granted) as has_marketing_consent
        from {{ ref("int_consents_by_day") }}
        where to_date = date '9999-12-31'
        group by customer_id
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    first_traces as (select * from {{ ref("int_customers_named") }}),

    first_orders as (
        select
            customer_id,
            order_date as acquired_date,
            ordered_at as acquired_at,
            channel as first_order_channel
        from {{ ref("fct_orders") }}
        where order_number = 1
    ),

    joined as (
        select
            first_traces.customer_id as person_id,
            profiles.*,
            case
                when profiles.referred_by_source_customer_id is not null
                then
                    coalesce(
                        referrers.customer_id,
                        {{
                            customer_key(
                                "profiles.referred_by_source_system",
                                "profiles.referred_by_source_customer_id",
                            )
                        }}
                    )
            end as referrer_id,
            age_bands.age_band,
            first_orders.acquired_date,
            first_orders.acquired_at,
            first_orders.first_order_channel,
            consents.has_marketing_consent as recorded_consent,
            first_traces.landing_file_id as trace_file_id,
            first_traces.record_number as trace_record_number

        from first_traces
        left join profiles on first_traces.customer_id = profiles.customer_id
        left join
            places as referrers
            on profiles.referred_by_source_system = referrers.source_system
            and profiles.referred_by_source_customer_id = referrers.source_customer_id
        left join first_orders on first_traces.customer_id = first_orders.customer_id
        left join consents on first_traces.customer_id = consents.customer_id
        cross join as_of
        left join
            age_bands
            on extract(year from as_of.as_of_date) - profiles.birth_year
            between age_bands.first_age and age_bands.last_age
    ),

    final as (
        select
            -- ids
            person_id as customer_id,
            -- nobody brings themselves, also where two records turned out to be one
            nullif(referrer_id, person_id) as referred_by_customer_id,

            -- categories
            coalesce(market, 'unknown') as market,
            coalesce(country_code, 'unknown') as country_code,
            -- names of regions are unique within a country only
            coalesce(country_code || '/' || region, region, 'unknown') as region,
            coalesce(language_code, 'unknown') as language_code,
            coalesce(gender, 'unknown') as gender,
            coalesce(age_band, 'unknown') as age_band,
            coalesce(occupation, 'unknown') as occupation,
            interests,
            coalesce(acquisition_channel, 'unknown') as acquisition_channel,
            coalesce(preferred_channel, 'unknown') as preferred_channel,
            coalesce(first_order_channel, 'unknown') as first_order_channel,

            -- flags
            customer_id is not null as is_profiled,
            coalesce(is_erased, false) as is_erased,
            coalesce(referrer_id = person_id, false) as is_self_referral,
            not coalesce(is_erased, false)
            and coalesce(
                recorded_consent, has_marketing_consent, false
            ) as has_marketing_consent,

            -- dates
            cast(birth_year as integer) as birth_year,
            created_at,
            created_date,
            acquired_at,
            acquired_date,
            cast(
                {{ dbt.date_trunc("month", "acquired_date") }} as date
            ) as cohort_month,

            -- trace
            trace_file_id as landing_file_id,
            trace_record_number as record_number

        from joined
    )

select *
from final
