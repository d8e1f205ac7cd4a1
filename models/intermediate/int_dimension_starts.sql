with
    customers as (select * from {{ ref("int_customer_dimensions") }}),

    held as (select * from {{ ref("int_customer_held_bands") }}),

    first_acquired as (select min(acquired_date) as first_date from customers),

    started as (
        select dimension, dimension_value, min(acquired_date) as first_date
        from customers
        where acquired_date is not null
        group by dimension, dimension_value

        {%- for band in held_bands() %}

            union all

            -- whoever holds nothing yet is there from the first customer on
            select '{{ band }}' as dimension, 'none' as dimension_value, first_date
            from first_acquired
            where first_date is not null

            union all

            select
                '{{ band }}' as dimension,
                {{ band }} as dimension_value,
                min(period_start_date) as first_date
            from held
            where {{ band }} is not null and {{ band }} <> 'none'
            group by {{ band }}
        {%- endfor %}
    )

select *
from started
