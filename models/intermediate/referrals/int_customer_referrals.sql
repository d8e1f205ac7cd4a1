-- Who brought each customer, and whether that is somebody.
with
    customers as (select * from {{ ref("dim_customers") }}),

    named as (
        select
            customers.customer_id,
            customers.acquired_date,

            -- two accounts of one person may have recommended one another
            coalesce(
                customers.referred_by_customer_id = customers.customer_id, false
            ) as is_self_referral,
            case
                when customers.referred_by_customer_id <> customers.customer_id
                then customers.referred_by_customer_id
            end as referred_by_customer_id,
            referrers.customer_id is not null as has_customer_behind

        from customers
        left join
            customers as referrers
            on customers.referred_by_customer_id = referrers.customer_id
    )

select
    customer_id,
    acquired_date,
    referred_by_customer_id,
    referred_by_customer_id is not null as is_referred,
    referred_by_customer_id is not null
    and not has_customer_behind as has_unknown_referrer,
    is_self_referral

from named
