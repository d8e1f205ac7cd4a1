{# True where the session has a key, and so `keyed` gives values. #}
{% macro has_secret_key() -%}
    {{ return(adapter.dispatch("has_secret_key")()) }}
{%- endmacro %}

{% macro duckdb__has_secret_key() -%}
    {{ return(run_query("select getvariable('hmac_inner') is not null").rows[0][0]) }}
{%- endmacro %}
