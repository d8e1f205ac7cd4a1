select
    table_name,
    sum(landed_row_count) as landed_row_count,
    sum(accepted_row_count) as accepted_row_count,
    sum(superseded_row_count) as superseded_row_count,
    sum(not_yet_row_count) as not_yet_row_count,
    sum(quarantined_row_count) as quarantined_row_count,
    sum(landed_amount) as landed_amount,
    sum(accepted_amount) as accepted_amount
from audit.landing_reconciliation
group by table_name
order by all
