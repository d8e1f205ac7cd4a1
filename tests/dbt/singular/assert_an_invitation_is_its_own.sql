-- Every survey response belongs to one invitation, of the same person, about the
-- same, not
-- later than it; the first of its reminders is no reminder.
with responses as (select * from {{ ref("fct_survey_responses") }})

select responses.*
from responses
left join responses as invitations on responses.invitation_id = invitations.response_id
where
    invitations.response_id is null
    or invitations.is_reminder
    or invitations.customer_id <> responses.customer_id
    or invitations.survey_type <> responses.survey_type
    or invitations.touchpoint <> responses.touchpoint
    or invitations.order_id is distinct from responses.order_id
    or invitations.ticket_id is distinct from responses.ticket_id
    or responses.invited_date not between invitations.invited_date
    and invitations.invited_date + {{ var("survey_reminder_days") }}
