{# Lets two roles of a database engine read what is theirs (docs/access.md): `dbt run-operation grant_roles`, after the
   roles were made and once more when a schema is new. The schemas are those of the project's models: readers get the
   public ones, private readers that of models/private, nobody the state. Where an engine has no roles (DuckDB: the two
   files have two groups instead), the statements are only printed. #}
{% macro grant_roles(reader="customer360_reader", private="customer360_private") -%}
    {%- set statements = [] -%}
    {%- for node in graph.nodes.values() | selectattr(
        "resource_type", "equalto", "model"
    ) -%}
        {%- set layer = node.fqn[1] -%}
        {%- set role = (
            reader
            if layer in ("marts", "metrics", "audit")
            else private
            if layer == "private"
        ) -%}
        {%- for statement in (
            granted_schema(role, node.database, node.schema) if role else []
        ) if statement not in statements -%}
            {%- do statements.append(statement) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for statement in statements | sort -%}
        {%- do print(statement ~ ";") -%}
        {%- if has_roles() -%} {%- do run_query(statement) -%} {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
