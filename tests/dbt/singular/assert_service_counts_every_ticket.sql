-- Every ticket is in one month, in one customer, and is answered, unanswered or opened
-- by an agent.
with
    facts as (
        select count(*) as ticket_count, sum(compensation_amount) as compensation_amount
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
                coalesce(
                    sum(
                        answered_ticket_count
                        + unanswered_ticket_count
                        + agent_opened_ticket_count
                    ),
                    0
                ) as sorted_ticket_count,
                sum(compensation_amount) as compensation_amount
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
    or counted.sorted_ticket_count <> facts.ticket_count
    or coalesce(counted.compensation_amount, 0)
    <> coalesce(facts.compensation_amount, 0)
