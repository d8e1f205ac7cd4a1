{# The square of an amount, exact: a sum of squares then depends on no order of rows. #}
{% macro squared(amount) -%}
    cast({{ amount }} as decimal(19, 2)) * cast({{ amount }} as decimal(19, 2))
{%- endmacro %}
