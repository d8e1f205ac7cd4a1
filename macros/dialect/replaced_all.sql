{# Every match of a regular expression replaced: DuckDB replaces only the first one unasked. #}
{% macro replaced_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch("replaced_all")(text, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__replaced_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
