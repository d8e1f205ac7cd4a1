select
    -- ids
    landing_file_id,
    table_name,
    record_number,

    -- categories
    reason,

    -- the record as it came
    row_text

from {{ source("raw", "landing_rejects") }}
