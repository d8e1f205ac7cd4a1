{#- Every customer under every kind of segment, as at the as-of day: one segment of each kind, but any number of interests. -#}
{%- set kinds = {
    "country": "customers.country_code",
    "occupation": "customers.occupation",
    "value_band": "value_bands.value_band",
    "clv_band": "customer_values.clv_band",
    "rfm_segment": "rfm_segments.rfm_segment",
    "lifecycle_stage": "stages.lifecycle_stage",
    "loyalty_tier": "tiers.loyalty_tier",
    "risk_band": "churn_risks.risk_band",
    "favourite_category": "favourites.favourite_category",
    "favourite_channel": "favourites.favourite_channel",
    "discount_affinity": "favourites.discount_affinity",
} -%}
with
    customers as (select * from {{ ref("dim_customers") }}),

    as_of as (
        select
            as_of_date,
            cast({{ dbt.date_trunc("month", "as_of_date") }} as date) as as_of_month
        from {{ ref("int_as_of") }}
    ),

    value_bands as (
        select value_bands.*
        from {{ ref("int_customer_value_bands") }} as value_bands
        inner join as_of on value_bands.activity_month = as_of.as_of_month
    ),

    rfm_segments as (
        select segments.*
        from {{ ref("int_customer_rfm_segments") }} as segments
        inner join as_of on segments.activity_month = as_of.as_of_month
    ),

    stages as (
        select lifecycle.*
        from {{ ref("int_customer_lifecycle") }} as lifecycle
        inner join as_of on lifecycle.activity_month = as_of.as_of_month
    ),

    tiers as (
        select * from {{ ref("mart_loyalty_tier_periods") }} where valid_to_at is null
    ),

    customer_values as (select * from {{ ref("int_customer_values") }}),

    churn_risks as (select * from {{ ref("int_customer_churn_risks") }}),

    favourites as (select * from {{ ref("int_customer_favourites") }}),

    interests as (
        select distinct
            customers.customer_id, lower({{ trimmed("interest") }}) as interest
        from customers {{ parts_of("customers.interests", ";", "interest") }}
        where {{ trimmed("interest") }} <> ''
    ),

    attributes as (
        select
            customers.customer_id,
            {%- for kind, column in kinds.items() %}
                coalesce(
                    {{ column }},
                    {{ "'unknown'" if kind in ["country", "occupation"] else "'none'" }}
                ) as {{ kind }}{{ "," if not loop.last }}
            {%- endfor %}

        from customers
        left join value_bands on customers.customer_id = value_bands.customer_id
        left join rfm_segments on customers.customer_id = rfm_segments.customer_id
        left join stages on customers.customer_id = stages.customer_id
        left join tiers on customers.customer_id = tiers.customer_id
        left join customer_values on customers.customer_id = customer_values.customer_id
        left join churn_risks on customers.customer_id = churn_risks.customer_id
        left join favourites on rfm_segments.customer_id = favourites.customer_id
    )

select customer_id, dimension, dimension_value
from {{ ref("int_customer_dimensions") }}
{%- for kind in kinds %}

    union all

    select customer_id, '{{ kind }}' as dimension, {{ kind }} as dimension_value
    from attributes
{%- endfor %}

union all

select customer_id, 'interest' as dimension, interest as dimension_value
from interests
