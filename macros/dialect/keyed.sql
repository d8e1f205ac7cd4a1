{# HMAC-SHA256 of a text under the installation's secret key, as 64 lower-case hex digits; null for a null text, and
   without a key. The key itself is never part of the SQL: DuckDB takes it from two session variables of the plugin
   orchestration/dbt/keyed.py, an engine that has no such place must be given its own form here. #}
{% macro keyed(text) -%} {{ return(adapter.dispatch("keyed")(text)) }} {%- endmacro %}

{% macro duckdb__keyed(text) -%}
    sha256(
        cast(getvariable('hmac_outer') as blob) || unhex(
            sha256(
                cast(getvariable('hmac_inner') as blob)
                || encode(cast({{ text }} as varchar))
            )
        )
    )
{%- endmacro %}
