with
    decisions as (
        select * from {{ ref("int_consents_by_day") }} where to_date = date '9999-12-31'
    )

select customer_id, bool_or(is_granted) as has_marketing_consent
from decisions
group by customer_id
