{%- set retention_days = (
    "cast(" ~ (var("personal_retention_days") or "null") ~ " as integer)"
) -%}
with
    last_signs as (select * from {{ ref("int_customer_last_signs") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    expired as (
        select
            -- the rule asks, once a day
            'retention' as request_source_system,
            cast(as_of.as_of_date as {{ dbt.type_string() }}) as request_id,
            as_of.as_of_end_at as requested_at,
            resolved.source_system,
            resolved.source_customer_id,
            resolved.person_key

        from last_signs
        inner join resolved on last_signs.person_key = resolved.person_key
        cross join as_of
        where
            {{
                days_between(
                    "cast(last_signs.last_seen_at as date)", "as_of.as_of_date"
                )
            }} > {{ retention_days }}
    )

select *
from expired
