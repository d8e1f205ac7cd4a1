{# True where two birth dates can be one: up to three digits off, or day and month swapped; null where one is missing. #}
{% macro births_alike(left, right) -%}
    {%- set a = "cast(" ~ left ~ ".birth_date as " ~ dbt.type_string() ~ ")" -%}
    {%- set b = "cast(" ~ right ~ ".birth_date as " ~ dbt.type_string() ~ ")" -%}
    (
        levenshtein({{ a }}, {{ b }}) <= 3
        or (
            substr({{ a }}, 1, 4) = substr({{ b }}, 1, 4)
            and substr({{ a }}, 6, 2) = substr({{ b }}, 9, 2)
            and substr({{ a }}, 9, 2) = substr({{ b }}, 6, 2)
        )
    )
{%- endmacro %}
