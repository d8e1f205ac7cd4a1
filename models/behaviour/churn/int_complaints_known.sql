with {{ known_versions("int_tickets_judged", ["source_system", "ticket_id"]) }}

select
    source_system,
    ticket_id,
    customer_id,
    opened_date,
    closed_day as closed_date,
    known_from_at,
    known_to_at

from known
where kind = 'complaint' and landed_state <> 'void'
