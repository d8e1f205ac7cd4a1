with
    tickets as (select * from {{ ref("fct_tickets") }}),

    moments as (select * from {{ ref("int_ticket_moments") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    business_seconds as (
        select
            ticket_id,
            {%- for moment in ["opened", "first_responded", "resolved"] %}
                max(
                    case when moment = '{{ moment }}' then business_seconds_so_far end
                ) as {{ moment }}_seconds{{ "," if not loop.last }}
            {%- endfor %}

        from moments
        group by ticket_id
    ),

    -- a machine that answers is no answer, and what an agent opens waits for none
    answered as (
        select
            *,
            opened_by <> 'agent' as is_awaiting_answer,
            opened_by <> 'agent'
            and first_response_kind = 'human'
            and coalesce(first_responded_at >= opened_at, false) as is_answered,
            reopened_count > 0 as is_reopened,
            is_resolved or reopened_count > 0 as is_resolved_once

        from tickets
    ),

    judged as (
        select
            answered.*,
            case
                when kind <> 'complaint'
                then null
                when
                    not is_reopened
                    and resolved_date
                    <= opened_date + {{ var("complaint_solved_days") }}
                then 'solved_well'
                when
                    is_resolved
                    or as_of.as_of_date
                    >= opened_date + {{ var("complaint_solved_days") }}
                then 'solved_badly'
                else 'undecided'
            end as complaint_outcome,
            {{ dbt.datediff("opened_at", "first_responded_at", "second") }}
            as response_seconds,
            {{ dbt.datediff("opened_at", "resolved_at", "second") }}
            as resolution_seconds,
            business_seconds.first_responded_seconds
            - business_seconds.opened_seconds as response_business_seconds,
            business_seconds.resolved_seconds
            - business_seconds.opened_seconds as resolution_business_seconds

        from answered
        cross join as_of
        left join business_seconds on answered.ticket_id = business_seconds.ticket_id
    )

select
    -- ids
    ticket_id,
    customer_id,

    -- dates
    opened_at,
    opened_date,
    resolved_date,

    -- categories
    channel,
    category,
    kind,
    severity,
    complaint_outcome,

    -- flags
    is_awaiting_answer,
    is_answered,
    is_resolved,
    is_resolved_once,
    is_reopened,

    -- durations; a bare date is midnight, which may lie before the opening: none, then
    {% for name in ["response", "response_business"] %}
        case
            when is_answered then {{ whole_minutes(name ~ "_seconds") }}
        end as {{ name }}_minutes,
    {%- endfor %}
    {%- for name in ["resolution", "resolution_business"] %}
        case
            when resolved_at >= opened_at then {{ whole_minutes(name ~ "_seconds") }}
        end as {{ name }}_minutes,
    {%- endfor %}

    -- money
    compensation_amount

from judged
