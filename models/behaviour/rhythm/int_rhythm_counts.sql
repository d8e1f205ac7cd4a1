{%- set counts = [
    "active_customer_count",
    "approached_customer_count",
    "contacted_customer_count",
    "contacted_active_customer_count",
    "active_customer_month_count",
    "contacted_customer_month_count",
    "outbound_contact_count",
    "reached_contact_count",
    "over_contacted_customer_count",
    "delivered_order_count",
    "follow_up_due_count",
    "followed_up_order_count",
    "birthday_due_count",
    "birthday_kept_count",
    "holiday_due_count",
    "holiday_kept_count",
    "promotion_count",
    "promotion_without_consent_count",
    "contacted_without_consent_customer_count",
] -%}
with
    facts as (select * from {{ ref("int_customer_period_contacts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    starts as (select * from {{ ref("int_dimension_starts") }}),

    cut as ({{ in_dimensions("facts") }}),

    summed as (
        select
            {{ metric_key() }},
            {%- for name in counts %}
                sum({{ name }}) as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

        from cut
        group by {{ metric_key() }}
    ),

    -- contacts may come before the first customer: what prospects got is not lost
    spine as ({{ metric_periods("starts", "summed", "periods") }})

select
    spine.dimension,
    spine.dimension_value,
    spine.period_grain,
    spine.period_start_date,
    spine.period_end_date,
    spine.is_complete,
    {%- for name in counts %}
        cast(coalesce(summed.{{ name }}, 0) as bigint) as {{ name }}
        {{- "," if not loop.last }}
    {%- endfor %}

from spine
left join
    summed
    on spine.dimension = summed.dimension
    and spine.dimension_value = summed.dimension_value
    and spine.period_grain = summed.period_grain
    and spine.period_start_date = summed.period_start_date
