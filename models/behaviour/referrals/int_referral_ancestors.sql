with
    known as (
        select customer_id, referred_by_customer_id
        from {{ ref("int_customer_referrals") }}
        where is_referred and not has_unknown_referrer
    ),

    above as (
        {{
            ancestors_of(
                "known",
                "customer_id",
                "referred_by_customer_id",
                "ancestor_customer_id",
            )
        }}
    )

select customer_id, ancestor_customer_id
from above
