select
    landing_file_id,
    record_number,
    order_id,
    order_date,
    gross_amount as gross_amount_local,
    gross_amount as net_amount,
    true as is_counted

from {{ ref("stg_orders") }}
where refusals = ''
