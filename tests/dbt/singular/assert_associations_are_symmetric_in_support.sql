-- Tea with cups is cups with tea: as many orders, as much lift. And what is led by a
-- category holds it.
with associations as (select * from {{ ref("metrics_category_associations") }})

select there.association_kind, there.from_category, there.to_category
from associations as there
left join
    associations as back
    on back.association_kind = 'basket'
    and there.from_category = back.to_category
    and there.to_category = back.from_category
where
    back.support_count is null
    or there.support_count > back.support_count
    or (
        there.association_kind = 'basket'
        and (
            there.support_count <> back.support_count
            or there.association_lift <> back.association_lift
            or there.from_order_count <> back.to_order_count
        )
    )
