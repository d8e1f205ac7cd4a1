select
    -- ids
    source_system,
    customer_id,
    person_key,
    request_source_system,
    request_id,

    -- categories
    reason,

    -- numbers
    birth_year,

    -- dates
    requested_at,
    erased_at

from {{ source("raw", "erased_records") }}
