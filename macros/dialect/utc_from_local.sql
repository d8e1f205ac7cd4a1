{# UTC timestamp of a local time in a time zone: time zone functions have no common name. #}
{% macro utc_from_local(local_timestamp, time_zone) -%}
    {{ return(adapter.dispatch("utc_from_local")(local_timestamp, time_zone)) }}
{%- endmacro %}

{% macro duckdb__utc_from_local(local_timestamp, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_timestamp }}))
{%- endmacro %}
