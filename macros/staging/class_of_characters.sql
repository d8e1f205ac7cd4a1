{# Ranges of code points in hex as a class of a regular expression (RE2 and Java write it alike). #}
{% macro class_of_characters(ranges) -%}
    {%- set parts = [] -%}
    {%- for first, last in ranges -%}
        {%- do parts.append("\\x{" ~ first ~ "}-\\x{" ~ last ~ "}") -%}
    {%- endfor -%}
    {{ return("[" ~ parts | join("") ~ "]") }}
{%- endmacro %}
