with
    customer_periods as (
        select customer_id, period_grain, period_start_date
        from {{ ref("int_customer_periods") }}
        where is_served
    ),

    cut as (
        {{ in_dimensions("customer_periods") }}

        {%- for purpose in ["retention", "service"] %}

            union all

            select
                'purpose' as dimension,
                '{{ purpose }}' as dimension_value,
                customer_periods.*
            from customer_periods
        {%- endfor %}
    )

select {{ metric_key() }}, count(*) as served_customer_count
from cut
group by {{ metric_key() }}
