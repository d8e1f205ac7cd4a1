{%- set keys = {
    "same_loyalty_number": {
        "value": "loyalty_key",
        "excluded": {"loyalty_number": "key_value"},
    },
    "same_email": {
        "value": "email_key",
        "excluded": {
            "email": "key_value",
            "email_local_part": "split_part(key_value, '@', 1)",
            "email_domain": "split_part(key_value, '@', 2)",
        },
    },
    "same_phone": {
        "value": "phone_key",
        "excluded": {"phone_digits": "right(key_value, 7)"},
    },
    "same_name_birth_postcode": {
        "value": "name_key || '|' || birth_date || '|' || postcode_key"
    },
    "same_name_birth_city": {
        "value": "name_key || '|' || birth_date || '|' || city_key"
    },
} -%}
with
    records as (select * from {{ ref("int_identity_records") }}),

    stopgaps as (
        select value_kind, excluded_value from {{ ref("identity_excluded_values") }}
    ),

    external_ids as (
        select distinct
            records.record_id,
            lower({{ trimmed("split_part(external_id, ':', 1)") }}) as id_type,
            {{ trimmed("substr(external_id, strpos(external_id, ':') + 1)") }}
            as id_value

        from records {{ parts_of("records.external_ids", ";", "external_id") }}
        where external_id like '%_:_%'
    ),

    {%- for match_rule, key in keys.items() %}
        of_{{ match_rule }} as (
            select record_id, {{ key.value }} as key_value
            from records
            where {{ key.value }} is not null
        ),
    {%- endfor %}

    keyed as (
        {%- for match_rule, key in keys.items() %}
            select
                record_id,
                '{{ match_rule }}' as match_rule,
                key_value,
                {%- for kind, part in (key.excluded or {}).items() %}
                    {{ part }} in (
                        select excluded_value
                        from stopgaps
                        where value_kind = '{{ kind }}'
                    ){{ " or" if not loop.last }}
                {%- else %} false
                {%- endfor %} as is_excluded

            from of_{{ match_rule }}

            union all
        {%- endfor %}

        select
            record_id,
            'same_external_id' as match_rule,
            id_type || ':' || id_value as key_value,
            id_type in (
                select excluded_value
                from stopgaps
                where value_kind = 'external_id_type'
            ) as is_excluded

        from external_ids
        -- what a spreadsheet has cut is shared by what has nothing in common
        where not ({{ is_cut("id_value") }})
    ),

    {# an erased record has no values left: what it shares with others is known by keyed hashes alone -#}
    erased as (
        select records.record_id, erased_keys.match_rule, erased_keys.keyed_value
        from {{ ref("stg_erased_identity_keys") }} as erased_keys
        inner join
            records
            on erased_keys.source_system = records.source_system
            and erased_keys.customer_id = records.source_customer_id
    ),

    recognised as (
        select distinct
            erased.record_id, keyed.match_rule, keyed.key_value, keyed.is_excluded
        from keyed
        inner join
            erased
            on keyed.match_rule = erased.match_rule
            and {{ keyed("keyed.key_value") }} = erased.keyed_value
    )

select *
from keyed

union all

select *
from recognised
