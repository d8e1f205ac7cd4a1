{# The contract of a table, read from its file: dbt shows a unit test no graph, and every engine reads files in its own way. #}
{% macro contract_in_unit_tests(table_name) -%}
    {{ return(adapter.dispatch("contract_in_unit_tests")(table_name)) }}
{%- endmacro %}

{% macro duckdb__contract_in_unit_tests(table_name) -%}
    {%- set file = adapter.config.project_root ~ "/models/staging/_sources.yml" -%}
    {%- set text = (
        run_query("select content from read_text('" ~ file ~ "')")
        .columns[0]
        .values()[0]
    ) -%}
    {%- for table in fromyaml(text).sources[0].tables if table.name == table_name -%}
        {%- set columns = [] -%}
        {%- for column in table.columns -%}
            {%- do columns.append(
                {
                    "name": column.name,
                    "data_type": column.data_type,
                    "config": column.get("config", {}),
                    "meta": {},
                }
            ) -%}
        {%- endfor -%}
        {{ return({"columns": columns, "meta": table.config.meta}) }}
    {%- endfor -%}
{%- endmacro %}
