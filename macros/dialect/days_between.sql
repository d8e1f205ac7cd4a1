{# Whole days from one date to another: datediff has another order of arguments on every engine. #}
{% macro days_between(start_date, end_date) -%}
    {{ return(adapter.dispatch("days_between")(start_date, end_date)) }}
{%- endmacro %}

{% macro duckdb__days_between(start_date, end_date) -%}
    (({{ end_date }}) - ({{ start_date }}))
{%- endmacro %}
