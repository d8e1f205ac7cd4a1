-- A category that is not known can be liked by nobody.
with
    lines as (
        select *
        from {{ ref("fct_order_lines") }}
        where is_counted and customer_id <> 'guest' and category <> 'unknown'
    ),

    placed as (
        select
            *,
            row_number() over (partition by order_id order by line_number) as line_rank

        from lines
    )

select
    order_id,
    customer_id,
    order_date,
    category,

    -- what comes first in the basket is what it was filled for
    min(line_rank) = 1 as is_leading,
    sum(gross_amount - discount_amount) as revenue_amount

from placed
group by order_id, customer_id, order_date, category
