-- One row per sold line. Exact repeats are real lines, and stay.
with
    sold as (select * from lines where outcome = 'order_line'),

    numbered as (
        select
            *,
            -- by everything that lands: only exact repeats tie, and those are alike
            row_number() over (
                partition by invoice
                order by product_id, product_name, quantity, unit_price_amount
            ) as line_number

        from sold
    )

select
    -- ids
    invoice as order_id,
    line_number,
    product_id,
    input_line_number,

    -- categories
    product_name,

    -- amounts
    quantity,
    unit_price_amount

from numbered
order by order_id, line_number
