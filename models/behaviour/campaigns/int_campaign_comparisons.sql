-- One arm against the other; both must have somebody whose window is over.
with
    arms as (select * from {{ ref("int_campaign_arms") }}),

    paired as (
        select
            treated.campaign_id,
            treated.customer_count as treated_customer_count,
            control.customer_count as control_customer_count,

            -- Newcombe 1998, method 10: the distances to two Wilson bounds, squared
            treated.conversion_rate - control.conversion_rate as uplift,
            sqrt(
                power(treated.conversion_rate - treated.conversion_low_rate, 2)
                + power(control.conversion_high_rate - control.conversion_rate, 2)
            ) as uplift_below,
            sqrt(
                power(treated.conversion_high_rate - treated.conversion_rate, 2)
                + power(control.conversion_rate - control.conversion_low_rate, 2)
            ) as uplift_above,
            treated.converted_customer_count
            - cast(control.converted_customer_count as double)
            * treated.customer_count
            / control.customer_count as incremental_customers,

            {%- for name in ["net_revenue", "margin"] %}
                -- difference of the means, times the treated; exact
                {{
                    per_customer(
                        "(treated."
                        ~ name
                        ~ "_total * control.customer_count - control."
                        ~ name
                        ~ "_total * treated.customer_count)",
                        "control.customer_count",
                    )
                }} as incremental_{{ name }},
                1.959964e0
                * treated.customer_count
                * sqrt(
                    treated.{{ name }}_mean_variance + control.{{ name }}_mean_variance
                ) as incremental_{{ name }}_half_width,
            {%- endfor %}

            {%- for name in ["prior_purchase_days", "prior_net_revenue"] %}
                treated.{{ name }}_mean - control.{{ name }}_mean as {{ name }}_gap,
                -- standardised by what customers differ by anyway
                sqrt(
                    (
                        treated.{{ name }}_mean_variance * treated.customer_count
                        + control.{{ name }}_mean_variance * control.customer_count
                    )
                    / 2
                ) as {{ name }}_spread,
                sqrt(
                    treated.{{ name }}_mean_variance + control.{{ name }}_mean_variance
                ) as {{ name }}_error{{ "," if not loop.last }}
            {%- endfor %}

        from arms as treated
        inner join
            arms as control
            on treated.campaign_id = control.campaign_id
            and control.arm = 'control'
        where treated.arm = 'treatment'
    ),

    judged as (
        select
            *,
            {%- for name in ["prior_purchase_days", "prior_net_revenue"] %}
                case
                    when {{ name }}_spread > 0
                    then {{ name }}_gap / {{ name }}_spread
                    when {{ name }}_spread = 0 and {{ name }}_gap = 0
                    then 0
                end as {{ name }}_standardised_difference,
                -- 2.575829: one honest lottery in a hundred would be called unfair
                coalesce(
                    abs({{ name }}_gap) < 0.1 * {{ name }}_spread
                    or abs({{ name }}_gap) <= 2.575829e0 * {{ name }}_error,
                    false
                ) as is_{{ name }}_alike,
            {%- endfor %}
            least(treated_customer_count, control_customer_count)
            >= {{ var("campaign_min_arm_share") }}
            * (treated_customer_count + control_customer_count) as is_arm_share_enough

        from paired
    )

select *
from judged
