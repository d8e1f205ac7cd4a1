-- Every source record of a customer bears the customer's id, or a former one.
with
    identities as (
        select identity_key, customer_id from {{ ref("dim_customer_identities") }}
    ),

    former_ids as (
        select former_customer_id, customer_id from {{ ref("dim_customer_former_ids") }}
    )

select identities.*
from identities
left join
    former_ids
    on identities.identity_key = former_ids.former_customer_id
    and identities.customer_id = former_ids.customer_id
where
    (identities.identity_key = identities.customer_id)
    = (former_ids.former_customer_id is not null)
