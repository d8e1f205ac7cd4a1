with
    customers as (select * from {{ ref("dim_customers") }}),

    profiles as (select * from {{ ref("int_customers_profiled") }}),

    channels as (select * from {{ ref("contact_channels") }}),

    decisions as (
        select * from {{ ref("int_consents_by_day") }} where to_date = date '9999-12-31'
    ),

    deciders as (select distinct customer_id from decisions),

    -- what was used, in either direction
    uses as (
        select
            customer_id,
            channel,
            count(*) as contact_count,
            max(contact_date) as last_contact_date
        from {{ ref("fct_contacts") }}
        group by customer_id, channel
    ),

    bounced as (select * from {{ ref("int_channels_bounced") }}),

    orders as (
        select distinct customer_id, channel
        from {{ ref("fct_orders") }}
        where is_counted
    ),

    joined as (
        select
            customers.customer_id,
            channels.channel,
            channels.channel_rank,

            -- flags; a recorded decision on any channel silences the flag of the
            -- profile
            customers.has_marketing_consent
            and case
                when deciders.customer_id is not null
                then coalesce(decisions.is_granted, false)
                else true
            end as has_consent,
            bounced.channel is null
            and case
                channels.reached_by
                when 'email'
                then profiles.email is not null
                when 'phone'
                then profiles.phone is not null
                when 'postcode'
                then profiles.postcode is not null
                else uses.channel is not null or orders.channel is not null
            end as is_reachable,
            channels.channel = customers.preferred_channel as is_preferred,

            coalesce(uses.contact_count, 0) as contact_count,
            uses.last_contact_date

        from customers
        cross join channels
        left join profiles on customers.customer_id = profiles.customer_id
        left join deciders on customers.customer_id = deciders.customer_id
        left join
            decisions
            on customers.customer_id = decisions.customer_id
            and channels.channel = decisions.channel
        left join
            uses
            on customers.customer_id = uses.customer_id
            and channels.channel = uses.channel
        left join
            bounced
            on customers.customer_id = bounced.customer_id
            and channels.channel = bounced.channel
        left join
            orders
            on customers.customer_id = orders.customer_id
            and channels.channel = orders.channel
    )

select
    customer_id,
    channel,
    has_consent,
    coalesce(is_reachable, false) as is_reachable,
    contact_count,

    -- what the customer asked for, then what is used most, then the order of the seed
    row_number() over (
        partition by customer_id, has_consent and coalesce(is_reachable, false)
        order by
            case when is_preferred then 0 else 1 end,
            contact_count desc,
            last_contact_date desc nulls last,
            channel_rank
    ) as choice_rank

from joined
