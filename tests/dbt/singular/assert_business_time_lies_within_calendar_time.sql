-- No ticket is worked on for longer than it was open, and only a human's answer to
-- somebody else's ticket took any time.
with tickets as (select * from {{ ref("int_tickets_timed") }})

select *
from tickets
where
    response_business_minutes not between 0
    and response_minutes
    or resolution_business_minutes not between 0
    and resolution_minutes
    or (response_minutes is not null) <> is_answered
    or (is_answered and not is_awaiting_answer)
    or (kind = 'complaint') <> (complaint_outcome is not null)
