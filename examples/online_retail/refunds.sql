-- One row per cancellation invoice. The file does not say which order it cancels.
with cancelled as (select * from lines where outcome = 'refund')

select
    -- ids
    invoice as refund_id,
    min(customer_id) as customer_id,
    list(input_line_number order by input_line_number) as input_line_numbers,

    -- categories
    'GBP' as currency_code,

    -- amounts: rounded once, after the sum
    cast(round(sum(- line_amount), 2) as decimal(18, 2)) as amount,

    -- times
    min(invoiced_at) as refunded_at

from cancelled
group by invoice
order by refund_id
