{%- set billion = 1000000000 -%}
with
    baskets as (select * from {{ ref("int_basket_categories") }}),

    led as (select * from baskets where is_leading),

    -- with a category anywhere in the basket, and with it in the first place
    pairs as (
        {%- for kind, relation in [["basket", "baskets"], ["led_basket", "led"]] %}
            select
                '{{ kind }}' as association_kind,
                premises.category as from_category,
                conclusions.category as to_category,
                count(*) as support_count

            from {{ relation }} as premises
            inner join
                baskets as conclusions
                on premises.order_id = conclusions.order_id
                and premises.category <> conclusions.category
            group by
                premises.category,
                conclusions.category

                {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    premise_counts as (
        select 'basket' as association_kind, category, count(*) as order_count
        from baskets
        group by category

        union all

        select 'led_basket' as association_kind, category, count(*) as order_count
        from led
        group by category
    ),

    basket_count as (select count(*) as order_count from led),

    counted as (
        select
            pairs.*,
            premises.order_count as from_order_count,
            conclusions.order_count as to_order_count,
            basket_count.order_count

        from pairs
        inner join
            premise_counts as premises
            on pairs.association_kind = premises.association_kind
            and pairs.from_category = premises.category
        inner join
            premise_counts as conclusions
            on pairs.to_category = conclusions.category
            and conclusions.association_kind = 'basket'
        cross join basket_count
    ),

    -- in whole billionths, so that no floating point ranks a rule
    fixed as (
        select
            *,
            cast(
                {{
                    divide_whole(
                        "cast(support_count as decimal(38, 0)) * " ~ billion,
                        "from_order_count",
                    )
                }} as bigint
            ) as confidence_billionths,
            cast(
                {{
                    divide_whole(
                        "cast(support_count as decimal(38, 0)) * order_count * "
                        ~ billion,
                        "cast(from_order_count as decimal(38, 0)) * to_order_count",
                    )
                }} as bigint
            ) as lift_billionths

        from counted
    )

select
    *,
    support_count >= {{ var("min_support_count") }}
    and lift_billionths >= {{ var("min_lift") }} * {{ billion }} as is_rule

from fixed
