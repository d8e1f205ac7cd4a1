with
    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    spans as (
        select
            customer_id,
            order_date as from_date,
            coalesce(
                lead(order_date) over (partition by customer_id order by order_date)
                - 1,
                date '9999-12-31'
            ) as to_date,
            order_date + {{ var("lapsed_after_days") }} as lapsed_date

        from purchase_days
    )

select *
from spans
