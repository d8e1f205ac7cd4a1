{%- set dimensions = {
    "market": "market",
    "region": "region",
    "language": "language_code",
    "acquisition_channel": "acquisition_channel",
    "gender": "gender",
    "age_band": "age_band",
} -%}
with
    customers as (select * from {{ ref("dim_customers") }}),

    cut as (
        select customer_id, 'all' as dimension, 'all' as dimension_value, acquired_date
        from customers
        {%- for dimension, column in dimensions.items() %}

            union all

            select
                customer_id,
                '{{ dimension }}' as dimension,
                {{ column }} as dimension_value,
                acquired_date
            from customers
        {%- endfor %}
    )

select *
from cut
