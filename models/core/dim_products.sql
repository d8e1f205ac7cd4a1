with
    lines as (
        select * from {{ ref("int_order_lines_judged") }} where row_state = 'accepted'
    ),

    orders as (select * from {{ ref("fct_orders") }}),

    ranked as (
        select
            {{ source_key("lines.source_system", "lines.product_id") }} as product_id,
            lines.product_name,
            lines.category,
            lines.landing_file_id,
            lines.record_number,
            orders.order_date,
            row_number() over (
                partition by lines.source_system, lines.product_id
                order by
                    orders.ordered_at desc, orders.order_id desc, lines.line_number desc
            ) as newness_rank,
            min(orders.order_date) over (
                partition by lines.source_system, lines.product_id
            ) as first_sold_date,
            max(orders.order_date) over (
                partition by lines.source_system, lines.product_id
            ) as last_sold_date

        from lines
        inner join
            orders
            on lines.source_system = orders.source_system
            and lines.order_id = orders.source_order_id
    ),

    final as (
        select
            product_id,
            coalesce(product_name, 'unknown') as product_name,
            coalesce(category, 'unknown') as category,
            first_sold_date,
            last_sold_date,
            landing_file_id,
            record_number

        from ranked
        where newness_rank = 1
    )

select *
from final
