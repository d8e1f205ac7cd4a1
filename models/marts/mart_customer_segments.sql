with
    segments as (
        select segments.*
        from {{ ref("int_customer_rfm_segments") }} as segments
        inner join
            {{ ref("int_as_of") }} as as_of
            on segments.observed_end_date = as_of.as_of_date
    ),

    customers as (select * from {{ ref("dim_customers") }}),

    favourites as (select * from {{ ref("int_customer_favourites") }}),

    final as (
        select
            -- ids
            segments.customer_id,

            -- durations
            segments.days_since_last_order,

            -- counts
            segments.purchase_day_count,

            -- money
            segments.net_amount,

            -- scores
            segments.recency_score,
            segments.frequency_score,
            segments.monetary_score,

            -- categories
            segments.rfm_segment,
            customers.age_band,
            customers.region,
            favourites.favourite_category,
            favourites.favourite_channel,
            favourites.discount_affinity,

            -- rates
            favourites.discounted_order_rate

        from segments
        inner join customers on segments.customer_id = customers.customer_id
        inner join favourites on segments.customer_id = favourites.customer_id
    )

select *
from final
