{# The rows of a CTE once under every dimension by which metrics are cut. The CTE has customer_id, period_grain and
   period_start_date. What a customer is, counts as at the as-of day; what a customer holds (bands), as held at the end of the day before
   the period, `none` where there was no customer yet. Bands are held from month to month, so weeks are not cut by them. #}
{% macro in_dimensions(relation) -%}
    select dimensions.dimension, dimensions.dimension_value, {{ relation }}.*
    from {{ relation }}
    inner join
        {{ ref("int_customer_dimensions") }} as dimensions
        on {{ relation }}.customer_id = dimensions.customer_id
    {%- for band in held_bands() %}

        union all

        select
            '{{ band }}' as dimension,
            coalesce(held.{{ band }}, 'none') as dimension_value,
            {{ relation }}.*
        from {{ relation }}
        left join
            {{ ref("int_customer_held_bands") }} as held
            on {{ relation }}.customer_id = held.customer_id
            and {{ relation }}.period_start_date = held.period_start_date
        where {{ relation }}.period_grain <> 'week'
    {%- endfor %}
{%- endmacro %}
