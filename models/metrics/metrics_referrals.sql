{%- set groups = ["referred", "other"] -%}
with
    counts as (select * from {{ ref("int_referral_counts") }}),

    spine as (
        select * from {{ ref("int_dimension_periods") }} where period_grain <> 'week'
    ),

    filled as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.period_end_date,
            spine.is_complete,
            {%- for name in [
                "acquired_customer",
                "referred_customer",
                "other_customer",
                "unknown_referrer_customer",
                "late_referrer_customer",
                "self_referral_customer",
                "referring_customer",
                "referred_observed_customer",
                "other_observed_customer",
                "referred_retained_customer",
                "other_retained_customer",
                "referred_clv_customer",
                "other_clv_customer",
            ] %}
                cast(
                    coalesce(counts.{{ name }}_count, 0) as bigint
                ) as {{ name }}_count,
            {%- endfor %}
            {%- for group in groups %}
                cast(
                    coalesce(counts.{{ group }}_net_revenue_amount, 0) as decimal(18, 2)
                ) as {{ group }}_net_revenue_amount,
                cast(
                    coalesce(counts.{{ group }}_clv_amount, 0) as decimal(18, 2)
                ) as {{ group }}_clv_amount,
                counts.{{ group }}_net_revenue_squares{{ "," if not loop.last }}
            {%- endfor %}

        from spine
        left join
            counts
            on spine.dimension = counts.dimension
            and spine.dimension_value = counts.dimension_value
            and spine.period_grain = counts.period_grain
            and spine.period_start_date = counts.period_start_date
    ),

    shared as (
        select
            *,
            {%- for group in groups %}
                {%- set revenue = group ~ "_net_revenue_amount" %}
                {{ per_customer(revenue, group ~ "_customer_count") }}
                as {{ group }}_net_revenue_per_customer_amount,
                {{ per_customer(group ~ "_clv_amount", group ~ "_clv_customer_count") }}
                as {{ group }}_clv_per_customer_amount,
                {{
                    mean_variance(
                        "cast(" ~ revenue ~ " as decimal(19, 2))",
                        group ~ "_net_revenue_squares",
                        group ~ "_customer_count",
                    )
                }} as {{ group }}_mean_variance{{ "," if not loop.last }}
            {%- endfor %}

        from filled
    ),

    compared as (
        select
            *,
            referred_net_revenue_per_customer_amount
            - other_net_revenue_per_customer_amount as difference_amount,
            1.959964e0
            * sqrt(referred_mean_variance + other_mean_variance) as half_width

        from shared
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- counts
            acquired_customer_count,
            referred_customer_count,
            other_customer_count,
            unknown_referrer_customer_count,
            late_referrer_customer_count,
            self_referral_customer_count,
            referring_customer_count,
            referred_observed_customer_count,
            other_observed_customer_count,
            referred_retained_customer_count,
            other_retained_customer_count,
            referred_clv_customer_count,
            other_clv_customer_count,

            -- money
            referred_net_revenue_amount,
            other_net_revenue_amount,
            referred_net_revenue_per_customer_amount,
            other_net_revenue_per_customer_amount,
            cast(difference_amount as decimal(18, 6)) as net_revenue_difference_amount,
            {%- for bound, sign in [["low", "-"], ["high", "+"]] %}
                cast(
                    cast(difference_amount as double)
                    {{ sign }} half_width as decimal(18, 6)
                ) as net_revenue_difference_{{ bound }}_amount,
            {%- endfor %}
            referred_clv_amount,
            other_clv_amount,
            referred_clv_per_customer_amount,
            other_clv_per_customer_amount,

            -- rates
            {{ rate("referred_customer_count", "acquired_customer_count") }}
            as referral_rate,
            {%- for group in groups %}
                {{
                    rate(
                        group ~ "_retained_customer_count",
                        group ~ "_observed_customer_count",
                    )
                }} as {{ group }}_retention_rate{{ "," if not loop.last }}
            {%- endfor %}

        from compared
    )

select *
from final
