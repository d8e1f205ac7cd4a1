{# True where a typed timestamp, or a date, is what systems write for "none": midnight of 1970-01-01 and of 1900-01-01, in
   UTC or in the business time zone, and all that is written as a day before 1900. `<column>_text` is the text it came as.
   Of dates that say no more than when somebody was born, or something ended, 1970-01-01 may be one. #}
{% macro is_placeholder(column, table_meta) -%}
    {%- set name = column.name -%}
    {%- set before_1900 -%}
        {{ name }} is null
        and {{ name }}_text < '1900'
        and {{ matches(name ~ "_text", "\d{4}-\d{2}-\d{2}([T ].*)?") }}
    {%- endset -%}
    {%- set days = [] -%}
    {%- if column.data_type == "timestamp" -%}
        {%- set days = [
            "timestamp '1970-01-01 00:00:00'",
            "timestamp '1900-01-01 00:00:00'",
            start_of_day("date '1970-01-01'"),
            start_of_day("date '1900-01-01'"),
        ] -%}
    {%- elif name == table_meta.event_at -%}
        {%- set days = ["date '1970-01-01'", "date '1900-01-01'"] -%}
    {%- endif -%}
    coalesce(
        {%- if days %}{{ name }} in ({{ days | join(", ") }}) or {%- endif %}
        ({{ before_1900 }}),
        false
    )
{%- endmacro %}
