-- Accepted, superseded, not yet and quarantined are all that landed, of every file, in
-- rows and in money.
select *
from {{ ref("landing_reconciliation") }}
where
    landed_row_count
    <> accepted_row_count
    + superseded_row_count
    + not_yet_row_count
    + quarantined_row_count
    or landed_amount
    <> accepted_amount + superseded_amount + not_yet_amount + quarantined_amount
    or (is_replaced and superseded_row_count <> landed_row_count)
