{%- set zero_in_brackets -%}
    case
        when
            markets.trunk_prefix = ''
            and records.phone like '+' || markets.calling_code || '%'
        then '0'
        else ''
    end
{%- endset -%}
{%- set dialled = "replace(records.phone, '(0)', " ~ zero_in_brackets ~ ")" -%}
with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    first_events as (select * from {{ ref("int_identity_events") }}),

    markets as (select * from {{ ref("markets") }}),

    -- of an erased person only a keyed hash of the name is left
    erased_names as (
        select source_system, customer_id, keyed_value
        from {{ ref("stg_erased_identity_keys") }}
        where match_rule = 'name'
    ),

    erased_records as (
        select source_system, customer_id, birth_year
        from {{ ref("stg_erased_records") }}
    ),

    -- what stands for "unknown": "test"
    stopgaps as (
        select value_kind, excluded_value from {{ ref("identity_excluded_values") }}
    ),

    written as (
        select
            records.source_system,
            records.customer_id as source_customer_id,
            records.created_at,
            first_events.first_event_at,
            records.birth_date,
            case
                when lower(records.gender) in ('f', 'female')
                then 'female'
                when lower(records.gender) in ('m', 'male')
                then 'male'
            end as gender_key,
            records.external_ids,
            -- what a spreadsheet has cut is shared by people who have nothing in common
            case
                when {{ is_cut("records.loyalty_number") }}
                then null
                else upper(records.loyalty_number)
            end as loyalty_key,
            {{ email_key("records.email") }} as email_key,
            -- "Allen, Robert" is Robert Allen, and Mueller is Müller
            nullif(
                trim(
                    {{
                        replaced_all(
                            replaced_all(
                                folded(
                                    "split_part(records.full_name, ',', 2) || ' ' || split_part(records.full_name, ',', 1)"
                                ),
                                "[^\p{L}\p{N}]+",
                                " ",
                            ),
                            "([aou])e",
                            "\\1",
                        )
                    }}
                ),
                ''
            ) as name_words,
            nullif(
                {{ replaced_all(folded("records.postcode"), "[^\p{L}\p{N}]+", "") }}, ''
            ) as postcode_key,
            nullif(
                trim({{ replaced_all(folded("records.city"), "[^\p{L}\p{N}]+", " ") }}),
                ''
            ) as city_key,
            -- "(0)" is dialled only inside the country, but in Italy always; letters
            -- mean an extension, or digits that a spreadsheet has cut
            case
                when not {{ matches("records.phone", ".*[A-Za-z].*") }}
                then {{ replaced_all(dialled, "[^\d+]+", "") }}
            end as phone_digits,
            markets.calling_code,
            coalesce(markets.trunk_prefix, '') as trunk_prefix,
            markets.international_prefix

        from records
        left join markets on records.country_code = markets.country_code
        left join
            first_events
            on records.source_system = first_events.source_system
            and records.customer_id = first_events.customer_id
    ),

    numbered as (
        select
            row_number() over (
                order by
                    coalesce(created_at, first_event_at) nulls last,
                    first_event_at nulls last,
                    source_system,
                    source_customer_id
            ) as record_id,
            source_system,
            source_customer_id,
            created_at,
            {{ sorted_words("name_words") }} as name_words,
            split_part(name_words, ' ', 1) as first_word,
            birth_date,
            gender_key,
            email_key,
            {{
                phone_key(
                    "phone_digits",
                    "calling_code",
                    "trunk_prefix",
                    "international_prefix",
                )
            }} as phone_key,
            loyalty_key,
            external_ids,
            postcode_key,
            city_key

        from written
    ),

    cleared as (
        select
            numbered.record_id,
            numbered.source_system,
            numbered.source_customer_id,
            numbered.created_at,
            case when names.excluded_value is null then name_words end as name_key,
            case when names.excluded_value is null then first_word end as first_word,
            numbered.birth_date,
            numbered.gender_key,
            erased_names.keyed_value as keyed_name,
            erased_records.birth_year as erased_birth_year,
            numbered.email_key,
            numbered.phone_key,
            numbered.loyalty_key,
            numbered.external_ids,
            numbered.postcode_key,
            numbered.city_key

        from numbered
        left join
            erased_names
            on numbered.source_system = erased_names.source_system
            and numbered.source_customer_id = erased_names.customer_id
        left join
            erased_records
            on numbered.source_system = erased_records.source_system
            and numbered.source_customer_id = erased_records.customer_id
        left join
            stopgaps as names
            on numbered.name_words = names.excluded_value
            and names.value_kind = 'name'
    )

select *
from cleared
