select observed_until_at from {{ source("raw", "landing_clock") }}
