{#- Who was whom at every refresh: a row where a record is new or has changed its person. Kept with the state, because nothing
    that lands says it. A past day is compared with days up to its own, and a day built anew in one refresh
    replaces what it had written. -#}
{{
    config(
        materialized="incremental",
        incremental_strategy="append",
        full_refresh=false,
        pre_hook="{% if is_incremental() %} delete from {{ this }} where observed_until_at = (select observed_until_at from {{ ref('int_as_of') }}) {% endif %}",
    )
}}
with
    resolved as (select * from {{ ref("int_customers_resolved") }}),

    as_of as (select as_of_date, observed_until_at from {{ ref("int_as_of") }}),

    {% if is_incremental() -%}
        earlier as (
            select
                ledger.source_system,
                ledger.source_customer_id,
                ledger.person_key,
                row_number() over (
                    partition by ledger.source_system, ledger.source_customer_id
                    order by ledger.as_of_date desc, ledger.observed_until_at desc
                ) as lateness_rank

            from {{ this }} as ledger
            inner join as_of on ledger.as_of_date <= as_of.as_of_date
            where ledger.observed_until_at < as_of.observed_until_at
        ),
    {%- endif %}

    changed as (
        select
            as_of.observed_until_at,
            as_of.as_of_date,
            resolved.source_system,
            resolved.source_customer_id,
            resolved.person_key,
            {% if is_incremental() -%} earlier.person_key
            {%- else -%} cast(null as {{ dbt.type_string() }})
            {%- endif %} as former_person_key,
            resolved.match_rule

        from resolved
        cross join as_of
        {%- if is_incremental() %}
            left join
                earlier
                on resolved.source_system = earlier.source_system
                and resolved.source_customer_id = earlier.source_customer_id
                and earlier.lateness_rank = 1
            where resolved.person_key is distinct from earlier.person_key
        {%- endif %}
    )

select *
from changed
