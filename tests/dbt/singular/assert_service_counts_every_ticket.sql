-- Every ticket is in one month, in one customer, void or else open or resolved, and
-- answered, unanswered or opened by an agent.
with
    facts as (
        select
            count_if(not is_void) as ticket_count,
            count_if(is_void) as void_ticket_count,
            count_if(is_open) as open_ticket_count,
            count_if(is_resolved) as resolved_ticket_count,
            coalesce(
                sum(case when not is_void then compensation_amount end), 0
            ) as compensation_amount

        from {{ ref("fct_tickets") }}
    ),

    counted as (
        {%- for source, condition in {
            "metrics_service": "dimension = 'all' and period_grain= 'month'",
            "mart_customer_service": "true",
        }.items() %}
            select
                '{{ source }}' as source,
                coalesce(sum(ticket_count), 0) as ticket_count,
                coalesce(sum(void_ticket_count), 0) as void_ticket_count,
                coalesce(sum(open_ticket_count), 0) as open_ticket_count,
                coalesce(
                    sum(
                        answered_ticket_count
                        + unanswered_ticket_count
                        + agent_opened_ticket_count
                    ),
                    0
                ) as sorted_ticket_count,
                coalesce(sum(compensation_amount), 0) as compensation_amount
            from {{ ref(source) }}
            where {{ condition }}
            {%- if not loop.last %}

                union all

            {% endif %}
        {%- endfor %}
    )

select counted.*
from counted
cross join facts
where
    counted.ticket_count <> facts.ticket_count
    or counted.void_ticket_count <> facts.void_ticket_count
    or counted.open_ticket_count <> facts.open_ticket_count
    or counted.sorted_ticket_count <> facts.ticket_count
    or counted.compensation_amount <> facts.compensation_amount
    or facts.open_ticket_count + facts.resolved_ticket_count <> facts.ticket_count
