{# A local amount in the reporting currency, to the cent (halves away from zero). #}
{% macro converted(amount, rate) -%}
    cast({{ amount }} * {{ rate }} as decimal(18, 2))
{%- endmacro %}
