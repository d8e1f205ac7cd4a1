with
    customers as (select * from {{ ref("dim_customers") }}),

    orders as (
        select * from {{ ref("int_orders_judged") }} where row_state = 'accepted'
    ),

    markets as (select * from {{ ref("markets") }}),

    mentions as (
        select country_code, 1 as customer_count, 0 as order_count
        from customers
        where country_code <> 'unknown'

        union all

        select country_code, 0, 1
        from orders
        where country_code is not null
    ),

    final as (
        select
            mentions.country_code,
            cast(sum(mentions.customer_count) as bigint) as customer_count,
            cast(sum(mentions.order_count) as bigint) as order_count

        from mentions
        left join markets on mentions.country_code = markets.country_code
        where markets.country_code is null
        group by mentions.country_code
    )

select *
from final
