{# The rows of a metrics table: for every dimension value (and the columns `within`) each period, without gaps, from
    the first customer or the first counted event of the value to the running period. Each grain begins for itself:
    whoever holds a band when a month begins may have held none when its quarter did. `starts`, `counts` and `periods`
    are CTEs; `starts` may be none where only events begin a row. #}
{% macro metric_periods(starts, counts, periods, within=[]) -%}
    {%- set keys = within + ["dimension", "dimension_value", "period_grain"] -%}
    select
        {%- for key in keys if key != "period_grain" %} firsts.{{ key }}, {%- endfor %}
        {{ periods }}.*
    from
        (
            select {{ keys | join(", ") }}, min(first_start_date) as first_start_date
            from
                (
                    select
                        {{ keys | join(", ") }}, period_start_date as first_start_date
                    from {{ counts }}
                    {%- if starts %}

                        union all

                        select {{ keys | join(", ") }}, first_start_date
                        from {{ starts }}
                    {%- endif %}
                ) as all_firsts
            group by {{ keys | join(", ") }}
        ) as firsts
    inner join
        {{ periods }}
        on firsts.period_grain = {{ periods }}.period_grain
        and firsts.first_start_date <= {{ periods }}.period_start_date
{%- endmacro %}
