{# What the input contract (models/staging/_sources.yml) says of a table: {columns: [...], meta: {...}}; empty while parsing. #}
{% macro contract_of(table_name) -%}
    {%- if execute and graph.sources is not defined -%}
        {{ return(contract_in_unit_tests(table_name)) }}
    {%- elif execute -%}
        {%- for source in graph.sources.values() if source.source_name == "raw" and source.name == table_name -%}
            {{
                return(
                    {
                        "columns": source.columns.values() | list,
                        "meta": source.config.meta or source.meta,
                    }
                )
            }}
        {%- endfor -%}
        {{
            exceptions.raise_compiler_error(
                "The input contract has no table " ~ table_name
            )
        }}
    {%- endif -%}
    {{ return({"columns": [], "meta": {}}) }}
{%- endmacro %}
