select affinities.customer_id
from {{ ref("mart_customer_affinities") }} as affinities
inner join
    {{ ref("dim_customers") }} as customers
    on affinities.customer_id = customers.customer_id
where affinities.is_reachable and not customers.has_marketing_consent
