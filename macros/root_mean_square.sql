{# Root of the mean square of differences, as a double. The squares are summed as decimals, so that no order of rows
   moves the last digit. #}
{% macro root_mean_square(difference) -%}
    sqrt(
        cast(
            sum(
                cast({{ difference }} as decimal(19, 4))
                * cast({{ difference }} as decimal(19, 4))
            ) as double
        )
        / count(*)
    )
{%- endmacro %}
