{%- set rules = var("survivorship") -%}
with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    ranks as (select * from {{ ref("int_identity_ranks") }}),

    ranked as (
        select
            ranks.customer_id as person_id,
            ranks.newest_rank,
            ranks.most_trusted_rank,
            ranks.most_complete_rank,
            ranks.oldest_rank,
            ranks.place_rank,
            records.*

        from records
        inner join
            ranks
            on records.source_system = ranks.source_system
            and records.customer_id = ranks.source_customer_id
    ),

    surviving as (
        select
            person_id as customer_id,

            -- each attribute by its own rule, from the first record that has it
            {%- for attribute, rule in rules.items() %}
                min_by({{ attribute }}, {{ rule }}_rank) filter (
                    where {{ attribute }} is not null
                ) as {{ attribute }},
            {%- endfor %}

            -- a place comes from one record, never half from another
            {%- for attribute in [
                "country_code",
                "market",
                "time_zone",
                "region",
                "city",
                "postcode",
            ] %}
                max(
                    case when place_rank = 1 then {{ attribute }} end
                ) as {{ attribute }},
            {%- endfor %}
            min_by(source_system, {{ rules.referred_by_customer_id }}_rank) filter (
                where referred_by_customer_id is not null
            ) as referred_by_source_system,

            {%- for day in ["created_at", "created_date"] %}
                min_by({{ day }}, oldest_rank) filter (
                    where {{ day }} is not null
                ) as {{ day }},
            {%- endfor %}
            max(case when newest_rank = 1 then landing_file_id end) as landing_file_id,
            max(case when newest_rank = 1 then record_number end) as record_number,
            count(*) as record_count

        from ranked
        group by person_id
    ),

    erased as (
        select resolved.customer_id, max(erased_records.birth_year) as birth_year
        from {{ ref("stg_erased_records") }} as erased_records
        inner join
            {{ ref("int_customers_resolved") }} as resolved
            on erased_records.source_system = resolved.source_system
            and erased_records.customer_id = resolved.source_customer_id
        group by resolved.customer_id
    ),

    profiled as (
        select
            -- ids
            surviving.customer_id,
            referred_by_source_system,
            referred_by_customer_id as referred_by_source_customer_id,

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

            -- counts
            record_count,

            -- flags
            erased.customer_id is not null as is_erased,
            has_marketing_consent
            and erased.customer_id is null as has_marketing_consent,

            -- dates
            coalesce(extract(year from birth_date), erased.birth_year) as birth_year,
            created_at,
            created_date,

            -- trace
            landing_file_id,
            record_number

        from surviving
        left join erased on surviving.customer_id = erased.customer_id
    )

select *
from profiled
