{# Whether a placeholder in a column makes the value unknown, and does not refuse the row. #}
{% macro may_be_placeholder(column, table_meta) -%}
    {%- set may_be = meta_of(column).get("may_be_placeholder") -%}
    {{
        return(
            column.data_type == "timestamp"
            and column.name != table_meta.event_at
            or (column.data_type in ("timestamp", "date") and may_be)
        )
    }}
{%- endmacro %}
