-- One row per line that has no meaning in the contract.
select
    input_line_number,
    refusal_reason,
    invoice,
    product_id,
    product_name,
    quantity,
    invoiced_at,
    unit_price_amount,
    customer_id,
    country_name
from lines
where outcome = 'refused'
order by input_line_number
