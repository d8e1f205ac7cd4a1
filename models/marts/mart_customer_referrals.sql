with
    referrals as (select * from {{ ref("int_customer_referrals") }}),

    customer_values as (select * from {{ ref("mart_customer_values") }}),

    ancestors as (select * from {{ ref("int_referral_ancestors") }}),

    -- in a circle everybody is above themselves, and still brought nobody new
    chains as (
        select
            customer_id,
            count_if(customer_id <> ancestor_customer_id) as generation_number,
            count_if(customer_id = ancestor_customer_id) > 0 as is_in_referral_circle

        from ancestors
        group by customer_id
    ),

    brought as (
        select
            ancestors.ancestor_customer_id as customer_id,
            ancestors.ancestor_customer_id
            = referrals.referred_by_customer_id as is_direct,
            referrals.acquired_date is not null as is_acquired,
            customer_values.historic_net_revenue_amount as net_revenue_amount

        from ancestors
        inner join referrals on ancestors.customer_id = referrals.customer_id
        inner join
            customer_values on ancestors.customer_id = customer_values.customer_id
        where ancestors.customer_id <> ancestors.ancestor_customer_id
    ),

    summed as (
        select
            customer_id,
            count_if(is_direct) as referred_customer_count,
            count_if(is_direct and is_acquired) as referred_acquired_customer_count,
            count(*) as all_referred_customer_count,
            sum(
                case when is_direct then net_revenue_amount end
            ) as referred_net_revenue_amount,
            sum(net_revenue_amount) as all_referred_net_revenue_amount

        from brought
        group by customer_id
    ),

    final as (
        select
            -- ids
            referrals.customer_id,
            referrals.referred_by_customer_id,

            -- flags
            referrals.is_referred,
            referrals.has_unknown_referrer,
            referrals.has_late_referrer,
            referrals.is_self_referral,
            coalesce(chains.is_in_referral_circle, false) as is_in_referral_circle,

            -- ranks
            cast(
                coalesce(chains.generation_number, 0) as bigint
            ) as referral_generation_number,

            -- counts
            {%- for name in ["referred", "referred_acquired", "all_referred"] %}
                cast(
                    coalesce(summed.{{ name }}_customer_count, 0) as bigint
                ) as {{ name }}_customer_count,
            {%- endfor %}

            -- money
            {%- for name in ["referred", "all_referred"] %}
                cast(
                    coalesce(summed.{{ name }}_net_revenue_amount, 0) as decimal(18, 2)
                ) as {{ name }}_net_revenue_amount{{ "," if not loop.last }}
            {%- endfor %}

        from referrals
        left join chains on referrals.customer_id = chains.customer_id
        left join summed on referrals.customer_id = summed.customer_id
    )

select *
from final
