{# A text as a literal: engines differ in what a backslash means in one. #}
{% macro quoted_text(text) -%}
    {{ return(adapter.dispatch("quoted_text")(text)) }}
{%- endmacro %}

{% macro duckdb__quoted_text(text) -%}
    {{ "'" ~ (text | string | replace("'", "''")) ~ "'" }}
{%- endmacro %}
