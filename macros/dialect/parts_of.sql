{# A lateral join that adds one row per part of a separated text: arrays unfold in another way on every engine. #}
{% macro parts_of(text, separator, name) -%}
    {{ return(adapter.dispatch("parts_of")(text, separator, name)) }}
{%- endmacro %}

{% macro duckdb__parts_of(text, separator, name) -%}
    cross join
        lateral(
            select unnest(string_split({{ text }}, '{{ separator }}')) as {{ name }}
        ) as parts_of_{{ name }}
{%- endmacro %}
