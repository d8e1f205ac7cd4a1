-- Asked of the landed decisions anew: for the channel on the list, the latest
-- decision up
-- to the day; where there is none on any channel, the flag of the profile. Birthdays,
-- too.
with
    listed as (
        select customer_id, channel, contact_reason
        from {{ ref("mart_contact_worklist") }}

        union all

        select customer_id, channel, 'birthday'
        from {{ ref("greetings") }}
    ),

    decisions as (
        select *
        from {{ ref("int_consents_judged") }}
        where row_state = 'accepted' and purpose = 'marketing'
    ),

    judged as (
        select
            listed.customer_id,
            listed.channel,
            listed.contact_reason,
            max(customers.customer_id) as known_customer_id,
            coalesce(bool_or(customers.is_erased), true) as is_erased,
            count(decisions.customer_id) as decision_count,
            max(
                case
                    when decisions.channel = listed.channel then decisions.recorded_at
                end
            ) as last_decision_at,
            max(
                case
                    when decisions.channel = listed.channel and decisions.is_granted
                    then decisions.recorded_at
                end
            ) as last_granted_at,
            bool_or(profiles.has_marketing_consent) as has_flag

        from listed
        left join
            {{ ref("dim_customers") }} as customers
            on listed.customer_id = customers.customer_id
        left join
            {{ ref("int_customers_profiled") }} as profiles
            on listed.customer_id = profiles.customer_id
        left join decisions on listed.customer_id = decisions.customer_id
        group by listed.customer_id, listed.channel, listed.contact_reason
    )

select *
from judged
where
    known_customer_id is null
    or is_erased
    or (decision_count = 0 and not coalesce(has_flag, false))
    or (decision_count > 0 and coalesce(last_granted_at <> last_decision_at, true))
