select
    -- ids
    request_source_system,
    request_id,

    -- categories
    place,
    searched_by,

    -- counts
    found_row_count,
    erased_row_count,

    -- dates
    erased_at

from {{ source("raw", "erasure_log") }}
