{# The statements that let a role read all tables of a schema, those of today and those that the next build makes anew. #}
{% macro granted_schema(role, database, schema) -%}
    {{ return(adapter.dispatch("granted_schema")(role, database, schema)) }}
{%- endmacro %}

{# PostgreSQL and Redshift, which see one database at a time. #}
{% macro default__granted_schema(role, database, schema) -%}
    {{
        return(
            [
                'grant usage on schema "' ~ schema ~ '" to "' ~ role ~ '"',
                'grant select on all tables in schema "'
                ~ schema
                ~ '" to "'
                ~ role
                ~ '"',
                'alter default privileges in schema "'
                ~ schema
                ~ '" grant select on tables to "'
                ~ role
                ~ '"',
            ]
        )
    }}
{%- endmacro %}

{% macro snowflake__granted_schema(role, database, schema) -%}
    {%- set whole = database ~ "." ~ schema -%}
    {{
        return(
            [
                "grant usage on database " ~ database ~ " to role " ~ role,
                "grant usage on schema " ~ whole ~ " to role " ~ role,
                "grant select on all tables in schema " ~ whole ~ " to role " ~ role,
                "grant select on future tables in schema "
                ~ whole
                ~ " to role "
                ~ role,
            ]
        )
    }}
{%- endmacro %}

{# Databricks: what is granted on a schema holds for all its tables. Spark alone has no grants. #}
{% macro databricks__granted_schema(role, database, schema) -%}
    {%- set whole = "`" ~ database ~ "`.`" ~ schema ~ "`" -%}
    {{
        return(
            [
                "grant use catalog on catalog `" ~ database ~ "` to `" ~ role ~ "`",
                "grant use schema on schema " ~ whole ~ " to `" ~ role ~ "`",
                "grant select on schema " ~ whole ~ " to `" ~ role ~ "`",
            ]
        )
    }}
{%- endmacro %}
