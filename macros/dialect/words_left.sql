{# The words of a text that another one does not have, in their order, a blank between. #}
{% macro words_left(text, other) -%}
    {{ return(adapter.dispatch("words_left")(text, other)) }}
{%- endmacro %}

{% macro duckdb__words_left(text, other) -%}
    array_to_string(
        list_filter(
            string_split({{ text }}, ' '),
            lambda word: not list_contains(string_split({{ other }}, ' '), word)
        ),
        ' '
    )
{%- endmacro %}
