with
    customers as (
        select customer_id, preferred_channel
        from {{ ref("dim_customers") }}
        where has_marketing_consent
    ),

    decisions as (
        select * from {{ ref("int_consents_by_day") }} where to_date = date '9999-12-31'
    ),

    recorded as (select distinct customer_id from decisions),

    -- the flag in the profile speaks where no consent was recorded, and names no
    -- channel: it is taken for the one that the customer prefers
    allowed as (
        select customer_id, channel
        from decisions
        where is_granted

        union all

        select customers.customer_id, customers.preferred_channel as channel
        from customers
        left join recorded on customers.customer_id = recorded.customer_id
        where recorded.customer_id is null and customers.preferred_channel <> 'unknown'
    ),

    bounced as (select * from {{ ref("int_channels_bounced") }}),

    answers as (
        select customer_id, channel, count_if(is_answered) as answered_contact_count

        from {{ ref("fct_contacts") }}
        where direction = 'outbound'
        group by customer_id, channel
    ),

    -- a wish before experience
    ranked as (
        select
            customers.customer_id,
            allowed.channel,
            row_number() over (
                partition by customers.customer_id
                order by
                    case
                        when allowed.channel = customers.preferred_channel then 0 else 1
                    end,
                    coalesce(answers.answered_contact_count, 0) desc,
                    allowed.channel
            ) as channel_rank

        from customers
        inner join allowed on customers.customer_id = allowed.customer_id
        left join
            answers
            on allowed.customer_id = answers.customer_id
            and allowed.channel = answers.channel
        left join
            bounced
            on allowed.customer_id = bounced.customer_id
            and allowed.channel = bounced.channel
        where bounced.channel is null
    )

select customer_id, channel as reachable_channel
from ranked
where channel_rank = 1
