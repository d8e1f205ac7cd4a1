with
    associations as (select * from {{ ref("int_category_associations") }}),

    final as (
        select
            -- ids
            association_kind,
            from_category,
            to_category,

            -- flags
            is_rule,

            -- counts
            order_count,
            from_order_count,
            to_order_count,
            support_count,

            -- rates
            {{ rate("support_count", "order_count") }} as support_rate,
            {{ rate("support_count", "from_order_count") }} as confidence_rate,
            {{ rate("to_order_count", "order_count") }} as expected_confidence_rate,

            -- scores
            lift_billionths / 1.0e9 as association_lift

        from associations
    )

select *
from final
