with
    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    stages as (select * from {{ ref("int_customer_lifecycle") }}),

    value_bands as (select * from {{ ref("int_customer_value_bands") }}),

    segments as (select * from {{ ref("int_customer_rfm_segments") }}),

    tiers as (select * from {{ ref("mart_loyalty_tier_periods") }})

select
    stages.customer_id,
    months.period_start_date,
    stages.lifecycle_stage,
    value_bands.value_band,
    segments.rfm_segment,
    tiers.loyalty_tier

from stages
inner join months on stages.observed_end_date = months.day_before_date
left join
    value_bands
    on stages.customer_id = value_bands.customer_id
    and stages.activity_month = value_bands.activity_month
left join
    segments
    on stages.customer_id = segments.customer_id
    and stages.activity_month = segments.activity_month
left join
    tiers
    on stages.customer_id = tiers.customer_id
    and months.day_before_date >= tiers.valid_from_date
    and months.day_before_date < coalesce(tiers.valid_to_date, date '9999-12-31')
