{# A select of every pair of a thing and one above it, at any distance, from pairs of a thing and the one right above it.
   Recursion that forgets pairs it has met ends on circles too; not every engine has it. In a circle everything is above itself. #}
{% macro ancestors_of(relation, child, parent, ancestor) -%}
    {{ return(adapter.dispatch("ancestors_of")(relation, child, parent, ancestor)) }}
{%- endmacro %}

{% macro duckdb__ancestors_of(relation, child, parent, ancestor) -%}
    with recursive
        met as (
            select {{ child }}, {{ parent }} as {{ ancestor }}
            from {{ relation }}

            union

            select met.{{ child }}, above.{{ parent }} as {{ ancestor }}
            from met
            inner join {{ relation }} as above on met.{{ ancestor }} = above.{{ child }}
        )

    select {{ child }}, {{ ancestor }}
    from met
{%- endmacro %}
