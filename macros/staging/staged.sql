{# A landed table, typed and judged row by row as the input contract says, one row per landed row.
   Adds to the contract's columns:
     <stem>_on        the day of a timestamp that came as a bare date, which is that day in every market
     control_amount   the money of the row, for reconciliation
     refusals         `column:reason`, `;` between; empty where nothing speaks against the row
     landing_file_id, record_number
   `refusals` of the caller are further expressions over the typed columns. #}
{% macro staged(table_name, refusals=[]) -%}
    {%- set contract = contract_of(table_name) -%}
    with
        landed as (select * from {{ source("raw", table_name) }}),

        clock as (select observed_until_at from {{ source("raw", "landing_clock") }}),

        trimmed as (
            select
                {%- for column in contract.columns %}
                    {%- set default = (
                        column.config.get("meta", {}) or column.meta
                    ).get("default") %}
                    {%- set text = (
                        "nullif("
                        ~ trimmed("landed." ~ column.name)
                        ~ ", '')"
                    ) %}
                    {{
                        (
                            "coalesce(" ~ text ~ ", '" ~ default ~ "')"
                            if default
                            else text
                        )
                    }} as {{ column.name }},
                {%- endfor %}
                landed.landing_file_id,
                landed.record_number,
                clock.observed_until_at

            from landed
            cross join clock
        ),

        typed as (
            select
                {%- for column in contract.columns %}
                    {{ parsed("trimmed." ~ column.name, column.data_type) }}
                    as {{ column.name }},
                    {%- if column.data_type == "timestamp" %}
                        case
                            when length(trimmed.{{ column.name }}) = 10
                            then {{ parsed("trimmed." ~ column.name, "date") }}
                        end as {{ column.name | replace("_at", "_on") }},
                    {%- endif %}
                {%- endfor %}

                {%- if contract.meta.control_amount %}
                    coalesce(
                        {%- for name in contract.meta.control_amount %}
                            cast(
                                try_cast(
                                    trimmed.{{ name }} as decimal(18, 6)
                                ) as decimal(38, 6)
                            ){{ " *" if not loop.last }}
                        {%- endfor %},
                        0
                    ) as control_amount,
                {%- else %} cast(null as decimal(38, 6)) as control_amount,
                {%- endif %}

                {%- set found = [] %}
                {%- for column in contract.columns %}
                    {%- do found.extend(
                        refusals_of(
                            column,
                            "trimmed." ~ column.name,
                            contract.meta.event_at,
                        )
                    ) %}
                {%- endfor %}
                concat_ws(
                    ';', {{ found | join(",\n            ") if found else "''" }}
                ) as refusals,
                trimmed.observed_until_at,
                trimmed.landing_file_id,
                trimmed.record_number

            from trimmed
        ),

        judged as (
            select
                {%- for column in contract.columns %}
                    {{ column.name }},
                    {%- if column.data_type == "timestamp" %}
                        {{ column.name | replace("_at", "_on") }},
                    {%- endif %}
                {%- endfor %}
                cast(control_amount as decimal(38, 6)) as control_amount,
                {%- if refusals %}
                    concat_ws(
                        ';',
                        nullif(refusals, ''),
                        {{ refusals | join(",\n            ") }}
                    ) as refusals,
                {%- else %} refusals,
                {%- endif %}
                landing_file_id,
                record_number

            from typed
        )

    select *
    from judged
{%- endmacro %}
