{# A lateral join that adds one row per day of a range, both ends included: there is no common series generator. #}
{% macro days_of(start_date, end_date, name) -%}
    {{ return(adapter.dispatch("days_of")(start_date, end_date, name)) }}
{%- endmacro %}

{% macro duckdb__days_of(start_date, end_date, name) -%}
    cross join
        lateral(
            select
                cast(
                    unnest(
                        generate_series(
                            {{ start_date }}, {{ end_date }}, interval 1 day
                        )
                    ) as date
                ) as {{ name }}
        ) as series_of_{{ name }}
{%- endmacro %}
