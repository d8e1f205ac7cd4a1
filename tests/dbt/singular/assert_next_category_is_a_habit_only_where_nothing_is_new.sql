-- Nobody is told about what they buy already while a rule leads to something else.
with
    affinities as (select * from {{ ref("mart_customer_category_affinities") }}),

    bought as (select * from affinities where has_bought),

    rules as (select * from {{ ref("int_category_associations") }} where is_rule),

    news as (
        select distinct bought.customer_id
        from bought
        inner join
            rules
            on bought.category = rules.from_category
            and (rules.association_kind = 'basket' or bought.led_order_count > 0)
        left join
            bought as known
            on bought.customer_id = known.customer_id
            and rules.to_category = known.category
        where known.customer_id is null
    )

select told.customer_id
from {{ ref("mart_customer_affinities") }} as told
left join news on told.customer_id = news.customer_id
left join
    bought as known
    on told.customer_id = known.customer_id
    and told.next_category = known.category
where
    told.is_next_category_new <> (news.customer_id is not null)
    or (told.is_next_category_new and known.customer_id is not null)
