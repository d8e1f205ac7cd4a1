with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    lines as (
        select lines.*
        from {{ ref("fct_order_lines") }} as lines
        where lines.is_counted and lines.customer_id <> 'guest'
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    categories_ranked as (
        select
            lines.customer_id,
            lines.category,
            row_number() over (
                partition by lines.customer_id
                order by
                    sum(lines.gross_amount - lines.discount_amount) desc, lines.category
            ) as category_rank

        from lines
        inner join
            as_of on lines.order_date > as_of.as_of_date - {{ var("rfm_window_days") }}
        where lines.category <> 'unknown'
        group by lines.customer_id, lines.category
    ),

    channels_ranked as (
        select
            orders.customer_id,
            orders.channel,
            row_number() over (
                partition by orders.customer_id
                order by count(*) desc, max(orders.order_number) desc, orders.channel
            ) as channel_rank

        from orders
        inner join
            as_of on orders.order_date > as_of.as_of_date - {{ var("rfm_window_days") }}
        where orders.channel <> 'unknown'
        group by orders.customer_id, orders.channel
    ),

    discounts as (
        select
            customer_id,
            count(*) as order_count,
            count_if(discount_amount > 0) as discounted_order_count

        from orders
        group by customer_id
    ),

    rated as (
        select
            customer_id,
            {{ rate("discounted_order_count", "order_count") }} as discounted_order_rate

        from discounts
    )

select
    rated.customer_id,
    coalesce(categories_ranked.category, 'unknown') as favourite_category,
    coalesce(channels_ranked.channel, 'unknown') as favourite_channel,
    rated.discounted_order_rate,
    case
        when rated.discounted_order_rate = 0
        then 'never'
        when rated.discounted_order_rate <= 0.5
        then 'sometimes'
        else 'mostly'
    end as discount_affinity

from rated
left join
    categories_ranked
    on rated.customer_id = categories_ranked.customer_id
    and categories_ranked.category_rank = 1
left join
    channels_ranked
    on rated.customer_id = channels_ranked.customer_id
    and channels_ranked.channel_rank = 1
