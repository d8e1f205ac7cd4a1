-- Who brought each customer, and whether that is somebody.
with
    customers as (select * from {{ ref("dim_customers") }}),

    named as (
        select
            customers.customer_id,
            customers.acquired_date,
            customers.is_self_referral,
            customers.referred_by_customer_id as named_customer_id,
            referrers.customer_id is not null as is_known,

            -- whoever came and bought later, by days, cannot have brought them
            coalesce(
                referrers.created_date > customers.acquired_date
                and referrers.acquired_date > customers.acquired_date,
                false
            ) as has_late_referrer

        from customers
        left join
            customers as referrers
            on customers.referred_by_customer_id = referrers.customer_id
    )

select
    customer_id,
    acquired_date,
    case
        when not has_late_referrer then named_customer_id
    end as referred_by_customer_id,
    named_customer_id is not null and not has_late_referrer as is_referred,
    named_customer_id is not null and not is_known as has_unknown_referrer,
    has_late_referrer,
    is_self_referral

from named
