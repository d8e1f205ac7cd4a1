{# Whole minutes of a number of seconds, the rest dropped. Exact: no fraction is ever formed. #}
{% macro whole_minutes(seconds) -%}
    cast(({{ seconds }} - {{ seconds }} % 60) / 60 as bigint)
{%- endmacro %}
