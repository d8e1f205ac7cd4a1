{# A landed table, typed and judged row by row as the input contract says, one row per landed row.
   Adds to the contract's columns:
     <stem>_on        the day of a timestamp that came as a bare date, which is that day in every market
     control_amount   the money of the row, for reconciliation
     refusals         `column:reason`, `;` between; empty where nothing speaks against the row
     findings         `column:finding`, `;` between: what was left out or looks wrong, and does not refuse the row
     landing_file_id, record_number
   `refusals` of the caller are further expressions over the typed columns. #}
{% macro staged(table_name, refusals=[]) -%}
    {%- set contract = contract_of(table_name) -%}
    {%- set event_at = contract.meta.event_at -%}
    with
        landed as (select * from {{ source("raw", table_name) }}),

        clock as (select observed_until_at from {{ source("raw", "landing_clock") }}),

        trimmed as (
            select
                {%- for column in contract.columns %}
                    nullif(
                        {{ trimmed("landed." ~ column.name) }}, ''
                    ) as {{ column.name }},
                {%- endfor %}
                landed.landing_file_id,
                landed.record_number,
                clock.observed_until_at

            from landed
            cross join clock
        ),

        -- money is added up as it came: what is said to mean nothing has landed too
        meant as (
            select
                {%- for column in contract.columns %}
                    {{ meant(column, contract.meta) }} as {{ column.name }},
                {%- endfor %}
                {%- if contract.meta.control_amount %}
                    coalesce(
                        {%- for name in contract.meta.control_amount %}
                            cast(
                                try_cast({{ name }} as decimal(18, 6)) as decimal(38, 6)
                            ){{ " *" if not loop.last }}
                        {%- endfor %},
                        0
                    ) as control_amount,
                {%- else %} cast(null as decimal(38, 6)) as control_amount,
                {%- endif %}
                landing_file_id,
                record_number,
                observed_until_at

            from trimmed
        ),

        typed as (
            select
                {%- for column in contract.columns %}
                    {{ parsed(column.name, column.data_type) }} as {{ column.name }},
                    {%- if column.data_type not in ("text", "code") %}
                        {{ column.name }} as {{ column.name }}_text,
                    {%- endif %}
                {%- endfor %}
                cast(control_amount as decimal(38, 6)) as control_amount,
                landing_file_id,
                record_number,
                observed_until_at

            from meant
        ),

        judged as (
            select
                {%- for column in contract.columns %}
                    {%- if column.data_type == "timestamp" %}
                        {%- set doubt = [is_placeholder(column, contract.meta)] %}
                        {%- if meta_of(column).get("open_end") %}
                            {%- do doubt.append(
                                column.name
                                ~ " > "
                                ~ dbt.dateadd("year", 50, event_at)
                            ) %}
                        {%- endif %}
                        {%- set doubt = doubt | join(" or ") %}
                        case
                            when {{ doubt }} then null else {{ column.name }}
                        end as {{ column.name }},
                        case
                            when {{ doubt }}
                            then null
                            when length({{ column.name }}_text) = 10
                            then {{ parsed(column.name ~ "_text", "date") }}
                        end as {{ column.name | replace("_at", "_on") }},
                        {%- elif (
                            column.data_type == "text"
                            and column.name in contract.meta.key
                        ) %}
                        -- many keys were cut to this one: none of them is a version of
                        -- another
                        case
                            when {{ is_cut(column.name) }}
                            then null
                            else {{ column.name }}
                        end as {{ column.name }},
                    {%- else %} {{ column.name }},
                    {%- endif %}
                {%- endfor %}
                control_amount,

                {%- set refused = [] %}
                {%- set found = [] %}
                {%- for column in contract.columns %}
                    {%- do refused.extend(refusals_of(column, contract.meta)) %}
                    {%- do found.extend(findings_of(column, contract.meta)) %}
                {%- endfor %}
                concat_ws(
                    ';', {{ refused | join(",\n            ") if refused else "''" }}
                ) as refusals,
                concat_ws(
                    ';', {{ found | join(",\n            ") if found else "''" }}
                ) as findings,
                landing_file_id,
                record_number,
                observed_until_at

            from typed
        ),

        final as (
            select
                {%- for column in contract.columns %}
                    {{ column.name }},
                    {%- if column.data_type == "timestamp" %}
                        {{ column.name | replace("_at", "_on") }},
                    {%- endif %}
                {%- endfor %}
                control_amount,
                {%- if refusals %}
                    concat_ws(
                        ';',
                        nullif(refusals, ''),
                        {{ refusals | join(",\n            ") }}
                    ) as refusals,
                {%- else %} refusals,
                {%- endif %}
                findings,
                landing_file_id,
                record_number

            from judged
        )

    select *
    from final
{%- endmacro %}
