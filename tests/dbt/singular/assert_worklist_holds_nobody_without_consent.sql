-- Asked of the decisions anew: on the channel of the list a grant came after every
-- withdrawal up to the day, and on another day where either is a bare date; where
-- there is no decision on any channel, the flag of the profile. Birthdays, too.
with
    listed as (
        select customer_id, channel, contact_reason
        from {{ ref("mart_contact_worklist") }}

        union all

        select customer_id, channel, 'birthday'
        from {{ ref("greetings") }}
    ),

    decisions as (select * from {{ ref("int_consent_decisions") }}),

    deciders as (select distinct customer_id from decisions),

    grants as (
        select
            customer_id,
            channel,
            max(recorded_date) as last_date,
            max(case when recorded_on is null then recorded_at end) as last_at
        from decisions
        where is_granted
        group by customer_id, channel
    ),

    -- on the day of the last grant, only a moment after the withdrawal outdoes it
    standing_withdrawals as (
        select distinct withdrawals.customer_id, withdrawals.channel
        from decisions as withdrawals
        inner join
            grants
            on withdrawals.customer_id = grants.customer_id
            and withdrawals.channel = grants.channel
            and withdrawals.recorded_date >= grants.last_date
        where
            not withdrawals.is_granted
            and (
                withdrawals.recorded_date > grants.last_date
                or withdrawals.recorded_on is not null
                or coalesce(withdrawals.recorded_at >= grants.last_at, true)
            )
    ),

    judged as (
        select
            listed.*,
            customers.customer_id as known_customer_id,
            coalesce(customers.is_erased, true) as is_erased,
            deciders.customer_id is not null as has_decided,
            grants.customer_id is not null as has_granted,
            standing_withdrawals.customer_id is not null as has_withdrawn,
            coalesce(profiles.has_marketing_consent, false) as has_flag

        from listed
        left join
            {{ ref("dim_customers") }} as customers
            on listed.customer_id = customers.customer_id
        left join
            {{ ref("int_customers_profiled") }} as profiles
            on listed.customer_id = profiles.customer_id
        left join deciders on listed.customer_id = deciders.customer_id
        left join
            grants
            on listed.customer_id = grants.customer_id
            and listed.channel = grants.channel
        left join
            standing_withdrawals
            on listed.customer_id = standing_withdrawals.customer_id
            and listed.channel = standing_withdrawals.channel
    )

select *
from judged
where
    known_customer_id is null
    or is_erased
    or (not has_decided and not has_flag)
    or (has_decided and (has_withdrawn or not has_granted))
