{# The key that all metrics tables share. #}
{% macro metric_key() -%}
    dimension, dimension_value, period_grain, period_start_date
{%- endmacro %}
