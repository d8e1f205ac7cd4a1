-- Under every dimension and grain every acquired customer is there once, referred or
-- not, and so is their revenue.
with
    customers as (
        select
            count(*) as acquired_customer_count,
            count_if(is_referred) as referred_customer_count,
            count_if(has_late_referrer) as late_referrer_customer_count,
            count_if(is_self_referral) as self_referral_customer_count
        from {{ ref("int_customer_referrals") }}
        where acquired_date is not null
    ),

    revenue as (
        select sum(net_amount) as net_revenue_amount
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
    ),

    cut as (
        select
            dimension,
            period_grain,
            sum(acquired_customer_count) as acquired_customer_count,
            sum(referred_customer_count) as referred_customer_count,
            sum(other_customer_count) as other_customer_count,
            sum(late_referrer_customer_count) as late_referrer_customer_count,
            sum(self_referral_customer_count) as self_referral_customer_count,
            sum(
                referred_net_revenue_amount + other_net_revenue_amount
            ) as net_revenue_amount

        from {{ ref("metrics_referrals") }}
        group by dimension, period_grain
    )

select *
from cut
cross join customers
cross join revenue
where
    cut.acquired_customer_count <> customers.acquired_customer_count
    or cut.referred_customer_count <> customers.referred_customer_count
    or cut.referred_customer_count + cut.other_customer_count
    <> cut.acquired_customer_count
    or cut.late_referrer_customer_count <> customers.late_referrer_customer_count
    or cut.self_referral_customer_count <> customers.self_referral_customer_count
    or cut.net_revenue_amount <> revenue.net_revenue_amount
