-- Whoever was brought by somebody known is counted once by them, and by everybody
-- above.
with
    referrals as (select * from {{ ref("mart_customer_referrals") }}),

    totals as (
        select
            count_if(is_referred and not has_unknown_referrer) as known_count,
            sum(referred_customer_count) as referred_customer_count,
            sum(referral_generation_number) as above_count,
            sum(all_referred_customer_count) as all_referred_customer_count

        from referrals
    )

select *
from totals
where
    known_count <> referred_customer_count or above_count <> all_referred_customer_count
