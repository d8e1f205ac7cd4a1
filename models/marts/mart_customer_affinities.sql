with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    affinities as (select * from {{ ref("mart_customer_category_affinities") }}),

    usual_channels as (select * from {{ ref("int_customer_usual_channels") }}),

    reachable_channels as (select * from {{ ref("int_customer_reachable_channels") }}),

    next_categories as (select * from {{ ref("int_customer_next_categories") }}),

    final as (
        select
            -- ids
            customers.customer_id,

            -- what they like
            first_ones.category as top_category,
            first_ones.affinity_rate as top_category_affinity_rate,
            second_ones.category as second_category,
            second_ones.affinity_rate as second_category_affinity_rate,
            coalesce(first_ones.order_category_count, 0) as order_category_count,

            -- how to meet them
            usual_channels.usual_channel,
            reachable_channels.reachable_channel,
            reachable_channels.customer_id is not null as is_reachable,

            -- what to tell them about
            next_categories.to_category as next_category,
            next_categories.from_category as next_category_because_of,
            next_categories.association_kind as next_category_association_kind,
            next_categories.support_count as next_category_support_count,
            {{
                rate(
                    "next_categories.support_count",
                    "next_categories.from_order_count",
                )
            }} as next_category_confidence_rate,
            next_categories.lift_billionths / 1.0e9 as next_category_lift,
            coalesce(next_categories.is_new_category, false) as is_next_category_new

        from customers
        left join
            affinities as first_ones
            on customers.customer_id = first_ones.customer_id
            and first_ones.affinity_rank = 1
        left join
            affinities as second_ones
            on customers.customer_id = second_ones.customer_id
            and second_ones.affinity_rank = 2
        left join usual_channels on customers.customer_id = usual_channels.customer_id
        left join
            reachable_channels on customers.customer_id = reachable_channels.customer_id
        left join next_categories on customers.customer_id = next_categories.customer_id
    )

select *
from final
