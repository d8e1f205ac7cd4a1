{# A whole row as JSON text. #}
{% macro row_json(relation) -%}
    {{ return(adapter.dispatch("row_json")(relation)) }}
{%- endmacro %}

{% macro duckdb__row_json(relation) -%}
    cast(to_json({{ relation }}) as varchar)
{%- endmacro %}
