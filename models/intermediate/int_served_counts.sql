with
    customer_periods as (
        select * from {{ ref("int_customer_periods") }} where is_served
    ),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}

        union all

        select customer_id, 'purpose' as dimension, 'retention' as dimension_value
        from {{ ref("dim_customers") }}

        union all

        select customer_id, 'purpose' as dimension, 'service' as dimension_value
        from {{ ref("dim_customers") }}
    ),

    counted as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            customer_periods.period_grain,
            customer_periods.period_start_date,
            count(*) as served_customer_count

        from customer_periods
        inner join dimensions on customer_periods.customer_id = dimensions.customer_id
        group by
            dimensions.dimension,
            dimensions.dimension_value,
            customer_periods.period_grain,
            customer_periods.period_start_date
    )

select *
from counted
