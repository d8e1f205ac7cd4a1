with recursive
    responses as (
        select *
        from {{ ref("int_survey_responses_banded") }}
        where row_state = 'accepted'
    ),

    -- a response without an invitation was invited when it came; the bare day of an
    -- answer is over when the day is
    asked as (
        select
            {{ source_key("source_system", "response_id") }} as response_id,
            customer_id,
            survey_type,
            touchpoint,
            case
                when order_id is not null
                then {{ source_key("source_system", "order_id") }}
            end as order_id,
            case
                when ticket_id is not null
                then {{ source_key("source_system", "ticket_id") }}
            end as ticket_id,
            coalesce(invited_date, responded_date) as invited_date,
            coalesce(invited_at, responded_at) as invited_at,
            case
                when known_score is not null
                then
                    greatest(
                        coalesce(invited_at, responded_at),
                        coalesce({{ start_of_day("responded_on + 1") }}, responded_at)
                    )
            end as answered_at

        from responses
    ),

    chained as (
        select
            *,
            min(response_id) over (
                partition by customer_id, survey_type, touchpoint, order_id, ticket_id
            ) as chain_id

        from asked
    ),

    moments as (
        select chain_id, response_id, invited_at as moment_at, 0 as is_answer
        from chained

        union all

        select chain_id, response_id, answered_at as moment_at, 1 as is_answer
        from chained
        where answered_at is not null
    ),

    -- after an answer the next question is a new one
    moments_counted as (
        select
            chain_id,
            response_id,
            is_answer,
            sum(is_answer) over (
                partition by chain_id
                order by moment_at, is_answer, response_id
                rows between unbounded preceding and current row
            ) as answer_number

        from moments
    ),

    rounds as (
        select chained.*, moments_counted.answer_number
        from chained
        inner join
            moments_counted
            on chained.response_id = moments_counted.response_id
            and moments_counted.is_answer = 0
    ),

    days as (select distinct chain_id, answer_number, invited_date from rounds),

    -- where an invitation of this day would be over, and the next one begin
    days_ended as (
        select
            *,
            min(invited_date) over (
                partition by chain_id, answer_number
                order by
                    invited_date
                    range
                    between interval {{ var("survey_reminder_days") + 1 }} day following
                    and unbounded following
            ) as next_date

        from days
    ),

    long_days as (select * from days_ended where next_date is not null),

    starts as (
        select chain_id, answer_number, min(invited_date) as start_date
        from days
        group by chain_id, answer_number

        union all

        select starts.chain_id, starts.answer_number, long_days.next_date as start_date
        from starts
        inner join
            long_days
            on starts.chain_id = long_days.chain_id
            and starts.answer_number = long_days.answer_number
            and starts.start_date = long_days.invited_date
    ),

    -- the first row of the day invites, all up to the next such day remind
    invitations_numbered as (
        select
            rounds.*,
            sum(case when starts.start_date is not null then 1 else 0 end) over (
                partition by rounds.chain_id, rounds.answer_number
                order by rounds.invited_date
            ) as start_number

        from rounds
        left join
            starts
            on rounds.chain_id = starts.chain_id
            and rounds.answer_number = starts.answer_number
            and rounds.invited_date = starts.start_date
    )

select
    response_id,
    first_value(response_id) over (
        partition by chain_id, answer_number, start_number
        order by invited_date, invited_at, response_id
    ) as invitation_id

from invitations_numbered
