with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    ranked as (
        select
            records.*,
            resolved.customer_id as person_id,
            row_number() over (
                partition by resolved.customer_id
                order by
                    coalesce(records.updated_at, records.created_at) desc,
                    records.source_system,
                    records.customer_id
            ) as newness_rank

        from records
        inner join
            resolved
            on records.source_system = resolved.source_system
            and records.customer_id = resolved.source_customer_id
    ),

    profiled as (
        select
            -- ids
            person_id as customer_id,
            source_system,
            customer_id as source_customer_id,
            referred_by_customer_id as referred_by_source_customer_id,
            case
                when referred_by_customer_id is not null
                then {{ source_key("source_system", "referred_by_customer_id") }}
            end as referred_by_customer_id,

            -- personal
            full_name,
            email,
            phone,
            birth_date,
            city,
            postcode,
            loyalty_number,
            external_ids,

            -- categories
            market,
            time_zone,
            country_code,
            region,
            language_code,
            gender,
            occupation,
            interests,
            acquisition_channel,
            preferred_channel,

            -- flags
            has_marketing_consent,

            -- dates
            extract(year from birth_date) as birth_year,
            created_at,
            created_date,

            -- trace
            landing_file_id,
            record_number

        from ranked
        where newness_rank = 1
    )

select *
from profiled
