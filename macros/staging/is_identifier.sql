{# Whether a column holds an id: it is part of the key, or names a row of another table. #}
{% macro is_identifier(column, table_meta) -%}
    {{
        return(
            column.data_type == "text"
            and (
                column.name in table_meta.key
                or "references" in meta_of(column)
                or meta_of(column).get("identifies")
            )
        )
    }}
{%- endmacro %}
