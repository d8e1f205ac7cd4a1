{#- A request without an id, which is in quarantine, is called after its landed row. -#}
{% macro erasure_request_id() -%}
    coalesce(
        request_id,
        landing_file_id || ':' || cast(record_number as {{ dbt.type_string() }})
    )
{%- endmacro %}
