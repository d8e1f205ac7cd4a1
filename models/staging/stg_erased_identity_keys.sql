select
    -- ids
    source_system,
    customer_id,

    -- categories
    match_rule,
    keyed_value

from {{ source("raw", "erased_identity_keys") }}
