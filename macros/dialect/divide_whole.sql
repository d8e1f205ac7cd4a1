{# Whole-number division of exact numbers wider than a bigint: `div` and `//` are each known to one engine only. #}
{% macro divide_whole(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_whole")(dividend, divisor)) }}
{%- endmacro %}

{% macro duckdb__divide_whole(dividend, divisor) -%}
    divide(cast({{ dividend }} as hugeint), cast({{ divisor }} as hugeint))
{%- endmacro %}
