{# What points are worth in the reporting currency, to the cent. #}
{% macro points_value(points) -%}
    cast(
        cast({{ points }} as decimal(26, 4))
        * cast({{ var("point_value_amount") }} as decimal(12, 6)) as decimal(18, 2)
    )
{%- endmacro %}
