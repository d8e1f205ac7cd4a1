-- Every acquired customer once in the month, quarter and year of the first order.
with
    referrals as (select * from {{ ref("int_customer_referrals") }}),

    customer_values as (select * from {{ ref("int_customer_values") }}),

    days as (select * from {{ ref("int_period_days") }} where period_grain <> 'week'),

    as_of as (select * from {{ ref("int_as_of") }}),

    active as (
        select distinct spans.customer_id
        from {{ ref("int_customer_activity_spans") }} as spans
        inner join
            as_of
            on as_of.as_of_date between spans.active_from_date and spans.active_to_date
    )

select
    -- ids
    referrals.customer_id,
    days.period_grain,
    days.period_start_date,

    -- who brought them
    referrals.is_referred,
    referrals.has_unknown_referrer,
    referrals.has_late_referrer,
    referrals.is_self_referral,
    case
        when not referrals.has_unknown_referrer then referrals.referred_by_customer_id
    end as known_referrer_customer_id,

    -- money
    customer_values.historic_net_revenue_amount as net_revenue_amount,
    customer_values.clv_amount,

    -- whoever bought a moment ago is active, and has not been kept yet
    referrals.acquired_date
    <= as_of.as_of_date - {{ var("activity_window_days") }} as is_observed,
    active.customer_id is not null as is_active

from referrals
inner join days on referrals.acquired_date = days.day_date
inner join customer_values on referrals.customer_id = customer_values.customer_id
left join active on referrals.customer_id = active.customer_id
cross join as_of
