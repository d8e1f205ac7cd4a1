-- A ticket stands under one value of every dimension, an order under one of every
-- dimension of customers.
{%- set measures = [
    "ticket_count",
    "void_ticket_count",
    "open_ticket_count",
    "complaint_count",
    "well_solved_complaint_count",
    "badly_solved_complaint_count",
    "agent_opened_ticket_count",
    "answered_ticket_count",
    "unanswered_ticket_count",
    "misdated_answer_ticket_count",
    "resolved_ticket_count",
    "once_resolved_ticket_count",
    "reopened_ticket_count",
    "order_count",
    "returned_order_count",
    "exchanged_order_count",
    "compensation_amount",
] %}
with
    metrics as (select * from {{ ref("metrics_service") }}),

    summed as (
        select
            dimension,
            period_grain,
            period_start_date,
            {%- for measure in measures %}
                sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
            {%- endfor %}

        from metrics
        group by dimension, period_grain, period_start_date
    )

select whole.period_grain, whole.period_start_date, dimensions.dimension
from metrics as whole
inner join
    (select distinct dimension, period_grain from metrics) as dimensions
    on whole.period_grain = dimensions.period_grain
left join
    summed
    on dimensions.dimension = summed.dimension
    and whole.period_grain = summed.period_grain
    and whole.period_start_date = summed.period_start_date
where
    whole.dimension = 'all'
    -- before its first ticket, a dimension of tickets has no row
    and (
        false
        {%- for measure in measures %}
            or case
                when
                    dimensions.dimension not like 'ticket_%'
                    or '{{ measure }}' not in (
                        'order_count', 'returned_order_count', 'exchanged_order_count'
                    )
                then coalesce(summed.{{ measure }}, 0) <> whole.{{ measure }}
            end
        {%- endfor %}
    )
