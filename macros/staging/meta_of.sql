{# What the input contract says of a column beyond its type; `contract_of` gives the columns. #}
{% macro meta_of(column) -%}
    {{ return(column.config.get("meta", {}) or column.meta or {}) }}
{%- endmacro %}
