with
    orders as (
        select *
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest and channel <> 'unknown'
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    counted as (
        select
            orders.customer_id,
            orders.channel,
            count_if(
                orders.order_date > as_of.as_of_date - {{ var("rfm_window_days") }}
            ) as recent_order_count,
            count(*) as order_count,
            max(orders.order_number) as last_order_number

        from orders
        cross join as_of
        group by orders.customer_id, orders.channel
    ),

    -- a habit of today before one of long ago
    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id
                order by
                    recent_order_count desc,
                    order_count desc,
                    last_order_number desc,
                    channel
            ) as channel_rank

        from counted
    )

select customer_id, channel as usual_channel
from ranked
where channel_rank = 1
