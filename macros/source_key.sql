{# The public id of something that a source system numbers: its bare id in the source system `main`, else
   `<source_system>:<id>`. No two records share one: a `main` id that holds a colon, or is the word kept for guests,
   is written in full too. #}
{% macro source_key(source_system, id) -%}
    case
        when
            {{ source_system }} = 'main'
            and {{ id }} not like '%:%'
            and {{ id }} <> 'guest'
        then {{ id }}
        else {{ source_system }} || ':' || {{ id }}
    end
{%- endmacro %}
