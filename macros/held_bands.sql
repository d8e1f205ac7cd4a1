{# The dimensions that change in time. #}
{% macro held_bands() -%}
    {{ return(["value_band", "rfm_segment", "loyalty_tier", "lifecycle_stage"]) }}
{%- endmacro %}
