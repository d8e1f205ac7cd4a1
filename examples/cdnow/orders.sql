-- One row per line of the file: a purchase. Two of one customer on one day stay two.
select
    -- ids
    customer_id
    || '-'
    || row_number() over (
        partition by customer_id order by purchase_date, line_number
    ) as order_id,
    customer_id,

    -- categories
    'completed' as status,
    'USD' as currency_code,

    -- amounts
    cast(dollar_value as decimal(18, 2)) as gross_amount,

    -- times
    cast(purchase_date as date) as ordered_at

from lines
