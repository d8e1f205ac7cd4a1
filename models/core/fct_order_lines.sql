with
    lines as (
        select * from {{ ref("int_order_lines_judged") }} where row_state = 'accepted'
    ),

    orders as (select * from {{ ref("fct_orders") }}),

    final as (
        select
            -- ids
            orders.order_id
            || '#'
            || cast(lines.line_number as {{ dbt.type_string() }}) as order_line_key,
            orders.order_id,
            lines.line_number,
            orders.customer_id,
            {{ source_key("lines.source_system", "lines.product_id") }} as product_id,

            -- dates
            orders.ordered_at,
            orders.order_date,

            -- categories
            coalesce(lines.category, 'unknown') as category,

            -- flags
            orders.is_counted,

            -- counts
            lines.quantity,

            -- money
            cast(
                lines.unit_price_amount * lines.exchange_rate as decimal(18, 6)
            ) as unit_price_amount,
            cast(
                cast(lines.quantity as decimal(38, 4))
                * lines.unit_price_amount
                * lines.exchange_rate as decimal(18, 2)
            ) as gross_amount,
            {{ converted("coalesce(lines.discount_amount, 0)", "lines.exchange_rate") }}
            as discount_amount,

            -- trace
            lines.landing_file_id,
            lines.record_number

        from lines
        inner join
            orders
            on lines.source_system = orders.source_system
            and lines.order_id = orders.source_order_id
    )

select *
from final
