with
    totals as (select * from {{ ref("int_campaign_totals") }}),

    -- the last digits of a double must not carry a difference of shares beyond 1
    comparisons as (
        select
            *,
            greatest(uplift - uplift_below, -1e0) as uplift_low,
            least(uplift + uplift_above, 1e0) as uplift_high

        from {{ ref("int_campaign_comparisons") }}
    ),

    measured as (
        select
            -- ids
            'campaign' as dimension,
            totals.campaign_id as dimension_value,
            'campaign' as period_grain,
            totals.started_date as period_start_date,

            -- dates
            totals.ended_date as period_end_date,

            -- categories
            totals.campaign_name,
            totals.purpose,
            totals.channel,

            -- flags
            totals.is_landed,
            totals.unobserved_customer_count = 0 as is_complete,
            totals.has_control,
            coalesce(
                comparisons.is_prior_purchase_days_alike
                and comparisons.is_prior_net_revenue_alike
                and comparisons.is_arm_share_enough,
                false
            ) as is_balanced,
            least(totals.treated_customer_count, totals.control_customer_count)
            >= {{ var("campaign_min_arm_customers") }} as is_reportable,

            -- counts
            totals.member_customer_count,
            totals.both_arms_customer_count,
            totals.unobserved_customer_count,
            totals.treated_customer_count,
            totals.control_customer_count,
            totals.treated_converted_customer_count,
            totals.control_converted_customer_count,
            totals.contaminated_customer_count,

            -- rates
            {%- for arm in ["treated", "control"] %}
                {{
                    rate(
                        "totals." ~ arm ~ "_converted_customer_count",
                        "totals." ~ arm ~ "_customer_count",
                    )
                }} as {{ arm }}_conversion_rate,
            {%- endfor %}
            comparisons.uplift,
            comparisons.uplift_low,
            comparisons.uplift_high,
            comparisons.incremental_customers,
            comparisons.uplift_low
            * totals.treated_customer_count as incremental_customers_low,
            comparisons.uplift_high
            * totals.treated_customer_count as incremental_customers_high,

            -- money
            totals.treated_net_revenue_amount,
            totals.control_net_revenue_amount,
            totals.treated_margin_amount,
            totals.control_margin_amount,
            {%- for name in ["net_revenue", "margin"] %}
                {%- set amount = "comparisons.incremental_" ~ name %}
                cast({{ amount }} as decimal(18, 2)) as incremental_{{ name }}_amount,
                {%- for bound, sign, beyond in [
                    ["low", "-", "least"],
                    ["high", "+", "greatest"],
                ] %}
                    -- a double of half a cent may be rounded the other way
                    case
                        when {{ amount }}_half_width is not null
                        then
                            {{ beyond }} (
                                cast({{ amount }} as decimal(18, 2)),
                                cast(
                                    cast({{ amount }} as double)
                                    {{ sign }} {{ amount }}_half_width as decimal(18, 2)
                                )
                            )
                    end as incremental_{{ name }}_{{ bound }}_amount,
                {%- endfor %}
            {%- endfor %}
            totals.campaign_cost_amount,

            -- balance of what was before
            comparisons.prior_purchase_days_standardised_difference,
            comparisons.prior_net_revenue_standardised_difference

        from totals
        left join comparisons on totals.campaign_id = comparisons.campaign_id
    ),

    -- the cost is that of all treated, so it waits until all are observed
    returned as (
        select
            *,
            {%- for bound in ["", "_low", "_high"] %}
                case
                    when is_complete
                    then
                        {{
                            rate(
                                "incremental_margin"
                                ~ bound
                                ~ "_amount - campaign_cost_amount",
                                "campaign_cost_amount",
                            )
                        }}
                end as return_on_cost{{ bound }},
            {%- endfor %}
            -- order matters: the first thing that forbids a verdict is the status
            case
                when member_customer_count = 0
                then 'no_members'
                when not has_control
                then 'no_control'
                when not is_complete
                then 'running'
                when not is_reportable
                then 'too_few_members'
                when not is_balanced
                then 'unbalanced'
                when uplift_low > 0
                then 'more_bought'
                when uplift_high < 0
                then 'fewer_bought'
                else 'no_difference_shown'
            end as campaign_status

        from measured
    )

select *
from returned
