{#- clocks of two systems may differ by as much -#}
{%- set clock_skew_minutes = 5 -%}
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

    -- what came before the question is no answer to it; where one of the two is a bare
    -- date, the day decides
    ordered as (
        select
            *,
            has_opened_time and has_first_responded_time as is_response_timed,
            coalesce(
                case
                    when has_opened_time and has_first_responded_time
                    then
                        first_responded_at
                        >= opened_at - interval {{ clock_skew_minutes }} minute
                    else first_responded_date >= opened_date
                end,
                false
            ) as is_response_after_opening,
            resolved_date >= opened_date as is_resolution_known

        from tickets
    ),

    -- a machine that answers is no answer, what an agent opens waits for none, and
    -- nothing is true of what is no ticket
    answered as (
        select
            *,
            not is_void and kind = 'complaint' as is_complaint,
            not is_void and opened_by = 'agent' as is_agent_opened,
            not is_void
            and opened_by <> 'agent'
            and first_response_kind = 'human'
            and is_response_after_opening as is_answered,
            not is_void
            and opened_by <> 'agent'
            and first_response_kind = 'human'
            and not is_response_after_opening as is_answer_misdated,
            not is_void and reopened_count > 0 as is_reopened,
            not is_void and (is_resolved or reopened_count > 0) as is_resolved_once

        from ordered
    ),

    judged as (
        select
            answered.*,
            not is_void and not is_agent_opened and not is_answered as is_unanswered,
            -- order matters: the first thing that is known of its end decides
            case
                when not is_complaint
                then null
                when is_resolved and is_reopened
                then 'solved_badly'
                when is_resolved and not coalesce(is_resolution_known, false)
                then 'undecided'
                when
                    is_resolved
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
            is_answered and is_response_timed as has_response_time,
            coalesce(
                is_resolved
                and has_opened_time
                and has_resolved_time
                and resolved_at >= opened_at,
                false
            ) as has_resolution_time,
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
    is_void,
    is_complaint,
    is_agent_opened,
    is_answered,
    is_unanswered,
    is_answer_misdated,
    is_open,
    is_resolved,
    is_resolved_once,
    is_reopened,

    -- durations; from moments alone
    {% for name in ["response", "resolution"] %}
        {%- for hours in ["", "_business"] %}
            case
                when has_{{ name }}_time and {{ name }}{{ hours }}_seconds < 0
                then 0
                when has_{{ name }}_time
                then {{ whole_minutes(name ~ hours ~ "_seconds") }}
            end as {{ name }}{{ hours }}_minutes,
        {%- endfor %}
    {%- endfor %}

    -- money
    case when is_void then 0 else compensation_amount end as compensation_amount

from judged
