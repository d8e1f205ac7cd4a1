{# The rows of a data test: dimensions and periods of a metrics CTE whose values do not add up to the row of `all`. #}
{% macro not_adding_up(relation, measures) -%}
    select summed.*
    from
        (
            select
                dimension,
                period_grain,
                period_start_date,
                {%- for measure in measures %}
                    sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
                {%- endfor %}

            from {{ relation }}
            group by dimension, period_grain, period_start_date
        ) as summed
    inner join
        {{ relation }} as whole
        on summed.period_grain = whole.period_grain
        and summed.period_start_date = whole.period_start_date
        and whole.dimension = 'all'
    where
        false
        {%- for measure in measures %}
            or summed.{{ measure }} <> whole.{{ measure }}
        {%- endfor %}
{%- endmacro %}
