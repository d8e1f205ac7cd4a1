select
    landed.landing_file_id,
    landed.record_number,
    landed.order_id,
    files.file_path,
    try_cast(landed.ordered_at as timestamp) as ordered_at,
    try_cast(landed.ordered_at as date) as order_date,
    try_cast(landed.gross_amount as decimal(18, 2)) as gross_amount,
    case
        when try_cast(landed.ordered_at as date) is null then 'bad_timestamp' else ''
    end as refusals

from {{ source("raw", "orders") }} as landed
inner join
    {{ source("raw", "landing_files") }} as files on landed.landing_file_id = files.landing_file_id
where files.is_current
