with
    tickets as (select * from {{ ref("int_tickets_timed") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    ticket_periods as (
        select tickets.*, period_days.period_grain, period_days.period_start_date
        from tickets
        inner join period_days on tickets.opened_date = period_days.day_date
    ),

    cut as (
        {{ in_dimensions("ticket_periods") }}
        {%- for column in ["channel", "category", "kind", "severity"] %}

            union all

            select
                'ticket_{{ column }}' as dimension,
                {{ column }} as dimension_value,
                ticket_periods.*
            from ticket_periods
        {%- endfor %}
    )

select
    {{ metric_key() }},

    -- counts; where every condition is null, so is the count: complaints only
    count_if(not is_void) as ticket_count,
    count_if(is_void) as void_ticket_count,
    count_if(is_complaint) as complaint_count,
    count_if(
        is_complaint and complaint_outcome = 'solved_well'
    ) as well_solved_complaint_count,
    count_if(
        is_complaint and complaint_outcome = 'solved_badly'
    ) as badly_solved_complaint_count,
    count_if(is_agent_opened) as agent_opened_ticket_count,
    count_if(is_answered) as answered_ticket_count,
    count_if(is_unanswered) as unanswered_ticket_count,
    count_if(is_answer_misdated) as misdated_answer_ticket_count,
    count_if(is_open) as open_ticket_count,
    count_if(is_resolved) as resolved_ticket_count,
    count_if(is_resolved_once) as once_resolved_ticket_count,
    count_if(is_reopened) as reopened_ticket_count,

    -- money
    sum(compensation_amount) as compensation_amount,

    -- durations; the 90th percentile is one that was measured: exact on every engine
    {% for name in [
        "response",
        "response_business",
        "resolution",
        "resolution_business",
    ] %}
        cast(median({{ name }}_minutes) as double) as median_{{ name }}_minutes,
        percentile_disc(0.9) within group (
            order by {{ name }}_minutes
        ) as p90_{{ name }}_minutes{{ "," if not loop.last }}
    {%- endfor %}

from cut
group by {{ metric_key() }}
