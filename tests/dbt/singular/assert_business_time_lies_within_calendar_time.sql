-- No ticket is worked on for longer than it was open, only a human's answer to somebody
-- else's ticket took any time, and nothing is said of a void one.
with tickets as (select * from {{ ref("int_tickets_timed") }})

select *
from tickets
where
    response_business_minutes not between 0
    and response_minutes
    or resolution_business_minutes not between 0
    and resolution_minutes
    or (response_business_minutes is not null and response_minutes is null)
    or (resolution_business_minutes is not null and resolution_minutes is null)
    or (response_minutes is not null and not is_answered)
    or (resolution_minutes is not null and not is_resolved)
    or (is_complaint <> (complaint_outcome is not null))
    or (
        is_void
        and (
            is_complaint
            or is_agent_opened
            or is_answered
            or is_unanswered
            or is_open
            or is_resolved
            or is_reopened
            or compensation_amount <> 0
        )
    )
