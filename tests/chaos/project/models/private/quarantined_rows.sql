select
    'orders' as table_name,
    file_path,
    landing_file_id,
    record_number,
    refusals as reasons,
    order_id as row_text

from {{ ref("stg_orders") }}
where refusals <> ''
