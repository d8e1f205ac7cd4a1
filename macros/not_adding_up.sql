{# The rows of a data test: dimensions and periods of a metrics CTE whose values do not add up to the row of `all`,
    each for itself within the columns `within`. #}
{% macro not_adding_up(relation, measures, within=[]) -%}
    {%- set keys = within + ["period_grain", "period_start_date"] -%}
    select summed.*
    from
        (
            select
                dimension,
                {{ keys | join(", ") }},
                {%- for measure in measures %}
                    sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
                {%- endfor %}

            from {{ relation }}
            group by dimension, {{ keys | join(", ") }}
        ) as summed
    inner join
        {{ relation }} as whole on whole.dimension = 'all'
        {%- for key in keys %} and summed.{{ key }} = whole.{{ key }} {%- endfor %}
    where
        false
        {%- for measure in measures %}
            or summed.{{ measure }} <> whole.{{ measure }}
        {%- endfor %}
{%- endmacro %}
