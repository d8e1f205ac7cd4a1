{# The rows of a data test: dimensions and periods of a metrics CTE whose values do not add up to the row of `all`,
    each for itself within the columns `within`. A dimension without a row there counts as 0. #}
{% macro not_adding_up(relation, measures, within=[]) -%}
    {%- set keys = within + ["period_grain", "period_start_date"] -%}
    select
        dimensions.dimension,
        {%- for key in keys %} whole.{{ key }}, {%- endfor %}
        {%- for measure in measures %}
            whole.{{ measure }} as all_{{ measure }},
            summed.{{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ relation }} as whole
    inner join
        (
            select distinct dimension, {{ (within + ["period_grain"]) | join(", ") }}
            from {{ relation }}
        ) as dimensions
        on {% for key in within + ["period_grain"] %}
            {{- " and " if not loop.first }}whole.{{ key }} = dimensions.{{ key }}
        {%- endfor %}
    left join
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
        on dimensions.dimension = summed.dimension
        {%- for key in keys %} and whole.{{ key }} = summed.{{ key }} {%- endfor %}
    where
        whole.dimension = 'all'
        and (
            false
            {%- for measure in measures %}
                or coalesce(summed.{{ measure }}, 0) <> whole.{{ measure }}
            {%- endfor %}
        )
{%- endmacro %}
