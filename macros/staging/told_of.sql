{# Pairs of a condition and a word as expressions that give `column:word` where the condition holds. #}
{% macro told_of(name, found) -%}
    {%- set expressions = [] -%}
    {%- for condition, word in found -%}
        {%- do expressions.append(
            "case when "
            ~ condition
            ~ " then '"
            ~ name
            ~ ":"
            ~ word
            ~ "' end"
        ) -%}
    {%- endfor -%}
    {{ return(expressions) }}
{%- endmacro %}
