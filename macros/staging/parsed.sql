{# One landed text as the type that the contract names, null where it cannot be read. Plain readings, no repair. #}
{% macro parsed(text, data_type) -%}
    {%- set decimals = {
        "amount": "decimal(20, 6)",
        "unit_amount": "decimal(18, 6)",
        "quantity": "decimal(18, 4)",
        "score": "decimal(9, 3)",
        "rate": "decimal(24, 14)",
    } -%}
    {%- if data_type == "text" -%} {{ text }}
    {%- elif data_type == "code" -%} upper({{ text }})
    {%- elif data_type == "timestamp" -%} {{ utc_timestamp(text) }}
    {%- elif data_type == "date" -%}
        case
            when {{ matches(text, "\d{4}-\d{2}-\d{2}") }} and {{ text }} >= '1900'
            then try_cast({{ text }} as date)
        end
    {%- elif data_type == "boolean" -%}
        case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1')
            then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0')
            then false
        end
    {%- elif data_type == "integer" -%}
        case
            when {{ matches(text, "[+-]?\d+") }} then try_cast({{ text }} as bigint)
        end
    {%- else -%}
        case
            when {{ matches(text, "[+-]?(\d+(\.\d*)?|\.\d+)") }}
            then try_cast({{ text }} as {{ decimals[data_type] }})
        end
    {%- endif -%}
{%- endmacro %}
