select
    -- ids
    landing_file_id,
    table_name,
    file_path,
    checksum,

    -- counts
    landed_row_count,
    unreadable_row_count,

    -- order
    file_order,

    -- money
    landed_amount,

    -- categories
    unknown_columns,

    -- flags
    is_current,

    -- dates
    landed_at

from {{ source("raw", "landing_files") }}
