with
    scores as (select * from {{ ref("int_rfm_scores") }}),

    customers as (select * from {{ ref("dim_customers") }}),

    favourites as (select * from {{ ref("int_customer_favourites") }}),

    rules as (select * from {{ ref("rfm_segment_rules") }}),

    ranked as (
        select
            scores.*,
            rules.rfm_segment,
            row_number() over (
                partition by scores.customer_id order by rules.rule_rank
            ) as rule_position

        from scores
        inner join
            rules
            on scores.recency_score
            between rules.min_recency_score and rules.max_recency_score
            and scores.frequency_score
            between rules.min_frequency_score and rules.max_frequency_score
            and scores.monetary_score
            between rules.min_monetary_score and rules.max_monetary_score
    ),

    final as (
        select
            -- ids
            ranked.customer_id,

            -- durations
            ranked.days_since_last_order,

            -- counts
            ranked.purchase_day_count,

            -- money
            ranked.net_amount,

            -- scores
            ranked.recency_score,
            ranked.frequency_score,
            ranked.monetary_score,

            -- categories
            ranked.rfm_segment,
            customers.age_band,
            customers.region,
            coalesce(favourites.favourite_category, 'unknown') as favourite_category,
            coalesce(favourites.favourite_channel, 'unknown') as favourite_channel,
            case
                when favourites.discounted_order_rate = 0
                then 'never'
                when favourites.discounted_order_rate <= 0.5
                then 'sometimes'
                else 'mostly'
            end as discount_affinity,

            -- rates
            favourites.discounted_order_rate

        from ranked
        inner join customers on ranked.customer_id = customers.customer_id
        inner join favourites on ranked.customer_id = favourites.customer_id
        where ranked.rule_position = 1
    )

select *
from final
