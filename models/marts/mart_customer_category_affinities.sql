{%- set prior = var("affinity_prior_orders") -%}
with
    baskets as (select * from {{ ref("int_basket_categories") }}),

    -- an order counts once for every category it holds
    overall as (
        select
            category,
            count(*) as overall_order_count,
            sum(count(*)) over () as overall_total_count
        from baskets
        group by category
    ),

    totals as (
        select customer_id, count(*) as total_count from baskets group by customer_id
    ),

    bought as (
        select
            customer_id,
            category,
            count(*) as category_order_count,
            count_if(is_leading) as led_order_count,
            sum(revenue_amount) as category_revenue_amount,
            max(order_date) as last_bought_date

        from baskets
        group by customer_id, category
    ),

    crossed as (
        select
            totals.customer_id,
            overall.category,
            bought.last_bought_date,
            cast(
                coalesce(bought.category_order_count, 0) as bigint
            ) as category_order_count,
            cast(coalesce(bought.led_order_count, 0) as bigint) as led_order_count,
            cast(totals.total_count as bigint) as order_category_count,
            cast(
                coalesce(bought.category_revenue_amount, 0) as decimal(18, 2)
            ) as category_revenue_amount,
            cast(overall.overall_order_count as bigint) as overall_order_count,
            cast(overall.overall_total_count as bigint) as overall_order_category_count

        from totals
        cross join overall
        left join
            bought
            on totals.customer_id = bought.customer_id
            and overall.category = bought.category
    ),

    -- (own + prior x overall share) / (own total + prior), both times overall total
    weighed as (
        select
            *,
            cast(category_order_count as decimal(38, 0)) * overall_order_category_count
            + {{ prior }} * overall_order_count as affinity_weight,
            cast(order_category_count + {{ prior }} as decimal(38, 0))
            * overall_order_category_count as total_weight

        from crossed
    ),

    final as (
        select
            -- ids
            customer_id,
            category,

            -- ranks
            row_number() over (
                partition by customer_id
                order by
                    affinity_weight desc,
                    category_order_count desc,
                    category_revenue_amount desc,
                    category
            ) as affinity_rank,

            -- flags
            category_order_count > 0 as has_bought,

            -- dates
            last_bought_date,

            -- counts
            category_order_count,
            led_order_count,
            order_category_count,

            -- money
            category_revenue_amount,

            -- rates
            {{ rate("category_order_count", "order_category_count") }}
            as category_share_rate,
            {{ rate("overall_order_count", "overall_order_category_count") }}
            as overall_share_rate,
            {{ rate("affinity_weight", "total_weight") }} as affinity_rate

        from weighed
    )

select *
from final
