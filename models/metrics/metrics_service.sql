{%- set counts = [
    "ticket",
    "void_ticket",
    "complaint",
    "well_solved_complaint",
    "badly_solved_complaint",
    "agent_opened_ticket",
    "answered_ticket",
    "unanswered_ticket",
    "misdated_answer_ticket",
    "open_ticket",
    "resolved_ticket",
    "once_resolved_ticket",
    "reopened_ticket",
] -%}
{%- set durations = [
    "response",
    "response_business",
    "resolution",
    "resolution_business",
] -%}
with
    tickets as (select * from {{ ref("int_ticket_counts") }}),

    orders as (select * from {{ ref("int_returned_order_counts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    starts as (select * from {{ ref("int_dimension_starts") }}),

    -- a prospect may ask before the first customer buys
    spine as ({{ metric_periods("starts", "tickets", "periods") }}),

    filled as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.period_end_date,
            spine.is_complete,
            {%- for name in counts %}
                cast(
                    coalesce(tickets.{{ name }}_count, 0) as bigint
                ) as {{ name }}_count,
            {%- endfor %}
            -- an order has no channel, category, kind or severity of a ticket
            {% for name in ["order", "returned_order", "exchanged_order"] %}
                case
                    when spine.dimension not like 'ticket_%'
                    then cast(coalesce(orders.{{ name }}_count, 0) as bigint)
                end as {{ name }}_count,
            {%- endfor %}
            {%- for name in durations %}
                tickets.median_{{ name }}_minutes, tickets.p90_{{ name }}_minutes,
            {%- endfor %}
            cast(
                coalesce(tickets.compensation_amount, 0) as decimal(18, 2)
            ) as compensation_amount

        from spine
        {%- for table in ["tickets", "orders"] %}
            left join
                {{ table }}
                on spine.dimension = {{ table }}.dimension
                and spine.dimension_value = {{ table }}.dimension_value
                and spine.period_grain = {{ table }}.period_grain
                and spine.period_start_date = {{ table }}.period_start_date
        {%- endfor %}
    )

select
    -- ids
    {{ metric_key() }},

    -- dates
    period_end_date,

    -- flags
    is_complete,

    -- counts
    {% for name in counts %} {{ name }}_count, {%- endfor %}
    order_count,
    returned_order_count,
    exchanged_order_count,

    -- durations
    {% for name in durations %}
        median_{{ name }}_minutes, p90_{{ name }}_minutes,
    {%- endfor %}

    -- money
    compensation_amount,

    -- rates
    {{ rate("complaint_count", "order_count") }} as complaint_rate,
    {{ rate("returned_order_count", "order_count") }} as return_rate,
    {{ rate("exchanged_order_count", "order_count") }} as exchanged_order_rate,
    {{ rate("reopened_ticket_count", "once_resolved_ticket_count") }} as reopening_rate

from filled
