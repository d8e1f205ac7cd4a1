{# Lower case without accents: the function has another name on every engine, or is missing. #}
{% macro folded(text) -%} {{ return(adapter.dispatch("folded")(text)) }} {%- endmacro %}

{% macro duckdb__folded(text) -%} strip_accents(lower({{ text }})) {%- endmacro %}
