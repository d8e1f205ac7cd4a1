-- One row per invoice with sold lines. `min` of customer and country picks nothing:
-- checks.sql holds that an invoice has one of each.
with sold as (select * from lines where outcome = 'order_line')

select
    -- ids
    invoice as order_id,
    min(customer_id) as customer_id,

    -- categories
    'completed' as status,
    'GBP' as currency_code,
    min(country_code) as country_code,

    -- amounts: rounded once, after the sum
    cast(round(sum(line_amount), 2) as decimal(18, 2)) as gross_amount,

    -- times
    min(invoiced_at) as ordered_at

from sold
group by invoice
order by order_id
