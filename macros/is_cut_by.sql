{# Whether periods of a grain are cut by a dimension: bands are held from month to month, so weeks are not cut by them. #}
{% macro is_cut_by(dimension, period_grain) -%}
    (
        {{ period_grain }} <> 'week'
        or {{ dimension }} not in ('{{ held_bands() | join("', '") }}')
    )
{%- endmacro %}
