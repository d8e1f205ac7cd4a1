{# The words of a text in alphabetical order, a blank between: lists have other functions on every engine. #}
{% macro sorted_words(text) -%}
    {{ return(adapter.dispatch("sorted_words")(text)) }}
{%- endmacro %}

{% macro duckdb__sorted_words(text) -%}
    array_to_string(list_sort(string_split({{ text }}, ' ')), ' ')
{%- endmacro %}
