with
    tickets as (select * from {{ ref("fct_tickets") }} where not is_void),

    refunds as (select * from {{ ref("fct_refunds") }})

select
    customer_id,
    opened_date as cause_date,
    'complaint' as cause_source,
    category as cause

from tickets
where kind = 'complaint'

union all

select customer_id, opened_date, 'return_request', category
from tickets
where kind in ('return', 'exchange')

union all

select customer_id, refund_date, 'returned_goods', reason
from refunds
where is_return and is_counted and not is_guest
