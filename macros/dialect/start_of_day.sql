{# UTC timestamp at which a calendar day begins in the business time zone. #}
{% macro start_of_day(date) -%}
    {{ return(adapter.dispatch("start_of_day")(date)) }}
{%- endmacro %}

{% macro duckdb__start_of_day(date) -%}
    timezone(
        'UTC', timezone('{{ business_timezone() }}', cast({{ date }} as timestamp))
    )
{%- endmacro %}
