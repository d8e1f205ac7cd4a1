{%- set counts = [
    "member_count",
    "new_member_count",
    "active_member_count",
    "redeeming_member_count",
    "start_member_count",
    "retained_member_count",
    "start_non_member_count",
    "retained_non_member_count",
] -%}
{%- set points = [
    "points_balance_at_start",
    "points_earned",
    "points_spent",
    "points_expired",
    "points_adjusted",
    "points_reversed",
    "points_balance",
    "points_overdrawn",
] -%}
{%- set amounts = [
    "member_net_revenue_amount",
    "member_margin_amount",
    "non_member_net_revenue_amount",
    "non_member_margin_amount",
] -%}
with
    counted as (select * from {{ ref("int_loyalty_counts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    -- points may move before the first order
    starts as (
        select * from {{ ref("int_dimension_starts") }} where period_grain <> 'week'
    ),

    spine as ({{ metric_periods("starts", "counted", "periods") }}),

    filled as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.period_end_date,
            spine.is_complete,
            {%- for name in counts %}
                cast(coalesce(counted.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}
            {%- for name in points %}
                cast(coalesce(counted.{{ name }}, 0) as decimal(18, 4)) as {{ name }},
            {%- endfor %}
            {%- for name in amounts %}
                cast(
                    coalesce(counted.{{ name }}, 0) as decimal(18, 2)
                ) as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

        from spine
        left join
            counted
            on spine.dimension = counted.dimension
            and spine.dimension_value = counted.dimension_value
            and spine.period_grain = counted.period_grain
            and spine.period_start_date = counted.period_start_date
    ),

    rated as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- counts
            {{ counts | join(", ") }},

            -- points
            {{ points | join(", ") }},

            -- money
            {{ points_value("points_balance") }} as liability_amount,
            {{ points_value("points_spent") }} as redeemed_amount,
            {{ amounts | join(", ") }},
            {%- for name in ["member", "non_member"] %}
                {%- for amount in ["net_revenue", "margin"] %}
                    {{
                        per_customer(
                            name ~ "_" ~ amount ~ "_amount",
                            "start_" ~ name ~ "_count",
                        )
                    }} as {{ amount }}_per_{{ name }}_amount,
                {%- endfor %}
            {%- endfor %}

            -- rates
            {{ rate("points_spent", "points_earned") }} as redemption_rate,
            {{ rate("points_expired", "points_earned") }} as expiry_rate,
            {{ rate("retained_member_count", "start_member_count") }}
            as member_retention_rate,
            {{ rate("retained_non_member_count", "start_non_member_count") }}
            as non_member_retention_rate

        from filled
    )

select *
from rated
