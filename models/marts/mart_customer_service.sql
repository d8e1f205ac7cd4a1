with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    tickets as (
        select
            customer_id,
            count_if(not is_void) as ticket_count,
            count_if(is_void) as void_ticket_count,
            count_if(is_open) as open_ticket_count,
            count_if(is_agent_opened) as agent_opened_ticket_count,
            count_if(is_answered) as answered_ticket_count,
            count_if(is_unanswered) as unanswered_ticket_count,
            count_if(is_reopened) as reopened_ticket_count,
            count_if(is_complaint) as complaint_count,
            count_if(is_complaint and is_open) as open_complaint_count,
            count_if(
                is_complaint and complaint_outcome = 'solved_well'
            ) as well_solved_complaint_count,
            count_if(
                is_complaint and complaint_outcome = 'solved_badly'
            ) as badly_solved_complaint_count,
            count_if(kind = 'return' and not is_void) as return_ticket_count,
            count_if(kind = 'exchange' and not is_void) as exchange_ticket_count,
            max(case when not is_void then opened_date end) as last_ticket_date,
            max(case when is_complaint then opened_date end) as last_complaint_date,
            median(response_minutes) as median_response_minutes,
            median(resolution_minutes) as median_resolution_minutes,
            sum(compensation_amount) as compensation_amount

        from {{ ref("int_tickets_timed") }}
        group by customer_id
    ),

    orders as (
        select
            customer_id,
            count(*) as order_count,
            count_if(is_returned) as returned_order_count,
            count_if(is_exchanged) as exchanged_order_count

        from {{ ref("int_orders_returned") }}
        group by customer_id
    ),

    filled as (
        select
            customers.customer_id,
            {%- for name in [
                "ticket",
                "void_ticket",
                "open_ticket",
                "agent_opened_ticket",
                "answered_ticket",
                "unanswered_ticket",
                "reopened_ticket",
                "complaint",
                "open_complaint",
                "well_solved_complaint",
                "badly_solved_complaint",
                "return_ticket",
                "exchange_ticket",
            ] %}
                cast(
                    coalesce(tickets.{{ name }}_count, 0) as bigint
                ) as {{ name }}_count,
            {%- endfor %}
            {%- for name in ["order", "returned_order", "exchanged_order"] %}
                cast(
                    coalesce(orders.{{ name }}_count, 0) as bigint
                ) as {{ name }}_count,
            {%- endfor %}
            tickets.last_ticket_date,
            tickets.last_complaint_date,
            tickets.median_response_minutes,
            tickets.median_resolution_minutes,
            coalesce(tickets.compensation_amount, 0) as compensation_amount

        from customers
        left join tickets on customers.customer_id = tickets.customer_id
        left join orders on customers.customer_id = orders.customer_id
    )

select
    -- ids
    customer_id,

    -- flags
    open_ticket_count > 0 as has_open_ticket,
    open_complaint_count > 0 as has_open_complaint,
    badly_solved_complaint_count > 0 as has_badly_solved_complaint,

    -- dates
    last_ticket_date,
    last_complaint_date,

    -- counts
    ticket_count,
    void_ticket_count,
    open_ticket_count,
    agent_opened_ticket_count,
    answered_ticket_count,
    unanswered_ticket_count,
    reopened_ticket_count,
    complaint_count,
    open_complaint_count,
    well_solved_complaint_count,
    badly_solved_complaint_count,
    return_ticket_count,
    exchange_ticket_count,
    order_count,
    returned_order_count,
    exchanged_order_count,

    -- durations
    cast(median_response_minutes as double) as median_response_minutes,
    cast(median_resolution_minutes as double) as median_resolution_minutes,

    -- money
    cast(compensation_amount as decimal(18, 2)) as compensation_amount,

    -- rates
    {{ rate("returned_order_count", "order_count") }} as returned_order_rate,
    {{ rate("exchanged_order_count", "order_count") }} as exchanged_order_rate

from filled
