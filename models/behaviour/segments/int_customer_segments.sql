{#- Every customer under every kind of segment, as at the as-of day: one segment of each kind, but any number of interests. -#}
{%- set kinds = {
    "country": "country_code",
    "occupation": "occupation",
    "value_band": "value_band",
    "clv_band": "clv_band",
    "rfm_segment": "rfm_segment",
    "lifecycle_stage": "lifecycle_stage",
    "loyalty_tier": "loyalty_tier",
    "risk_band": "risk_band",
    "favourite_category": "favourite_category",
    "favourite_channel": "favourite_channel",
    "discount_affinity": "discount_affinity",
} -%}
with
    customers as (select * from {{ ref("mart_customer_360") }}),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}
    ),

    interests as (
        select distinct
            customers.customer_id, lower({{ trimmed("interest") }}) as interest
        from customers {{ parts_of("customers.interests", ";", "interest") }}
        where {{ trimmed("interest") }} <> ''
    )

select customer_id, dimension, dimension_value
from dimensions
{%- for kind, column in kinds.items() %}

    union all

    select
        customer_id,
        '{{ kind }}' as dimension,
        coalesce(
            {{ column }},
            {{ "'unknown'" if kind in ["country", "occupation"] else "'none'" }}
        ) as dimension_value
    from customers
{%- endfor %}

union all

select customer_id, 'interest' as dimension, interest as dimension_value
from interests
