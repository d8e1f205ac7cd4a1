{# True where a part of the text matches a regular expression: the function has another name on every engine. #}
{% macro holds(text, pattern) -%}
    {{ return(adapter.dispatch("holds")(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__holds(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}
