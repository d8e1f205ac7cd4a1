{# ISO 8601 text to a UTC timestamp, null where it cannot be read: regular expressions and time zone functions differ.
   Without an offset the text is in the business time zone. #}
{% macro utc_timestamp(text) -%}
    {{ return(adapter.dispatch("utc_timestamp")(text)) }}
{%- endmacro %}

{% macro duckdb__utc_timestamp(text) -%}
    {#- DuckDB reads an offset only behind seconds -#}
    {%- set with_seconds -%}
        regexp_replace({{ text }}, '^(.{10}[T ]\d{2}:\d{2})([Z+-].*)?$', '\1:00\2')
    {%- endset -%}
    case
        when
            not regexp_full_match(
                {{ text }},
                '\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
            )
        then null
        when {{ text }} < '1900'
        then null
        when regexp_matches(substr({{ text }}, 11), '[Z+-]')
        then timezone('UTC', try_cast({{ with_seconds }} as timestamptz))
        {%- if business_timezone() == "UTC" %} else try_cast({{ text }} as timestamp)
        {%- else %}
            else
                timezone(
                    'UTC',
                    timezone(
                        '{{ business_timezone() }}', try_cast({{ text }} as timestamp)
                    )
                )
        {%- endif %}
    end
{%- endmacro %}
