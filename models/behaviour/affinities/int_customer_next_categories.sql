with
    bought as (
        select customer_id, category, count_if(is_leading) as led_order_count
        from {{ ref("int_basket_categories") }}
        group by customer_id, category
    ),

    rules as (select * from {{ ref("int_category_associations") }} where is_rule),

    candidates as (
        select bought.customer_id, rules.*, known.customer_id is null as is_new_category

        from bought
        inner join
            rules
            on bought.category = rules.from_category
            and (rules.association_kind = 'basket' or bought.led_order_count > 0)
        left join
            bought as known
            on bought.customer_id = known.customer_id
            and rules.to_category = known.category
    ),

    -- news before habits, then the rule that holds most often
    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id
                order by
                    case when is_new_category then 0 else 1 end,
                    confidence_billionths desc,
                    lift_billionths desc,
                    support_count desc,
                    to_category,
                    from_category,
                    association_kind
            ) as candidate_rank

        from candidates
    )

select *
from ranked
where candidate_rank = 1
