select
    'orders' as table_name,
    landing_file_id,
    file_path,
    'ordered_at' as column_name,
    refusals as reason,
    count(*) as row_count,
    min(record_number) as first_record_number

from {{ ref("stg_orders") }}
where refusals <> ''
group by all
