{# Variance of a mean, as Welch's comparison of two means takes it: the sample variance by the count. From the exact sum
   and the exact sum of squares; null below two. #}
{% macro mean_variance(total, squares, count) -%}
    case
        when {{ count }} > 1
        then
            greatest(
                cast({{ count }} * {{ squares }} - {{ total }} * {{ total }} as double),
                0
            )
            / (power({{ count }}, 2) * ({{ count }} - 1))
    end
{%- endmacro %}
