with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    summed as (
        select
            customer_id,
            order_date,
            count(*) as order_count,
            sum(gross_amount - discount_amount) as revenue_amount,
            sum(net_amount) as net_amount,
            sum(margin_amount) as margin_amount

        from orders
        group by customer_id, order_date
    )

select
    *,
    row_number() over (
        partition by customer_id order by order_date
    ) as purchase_day_number,
    {{
        days_between(
            "lag(order_date) over (partition by customer_id order by order_date)",
            "order_date",
        )
    }} as gap_days

from summed
