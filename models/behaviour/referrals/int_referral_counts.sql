with
    facts as (select * from {{ ref("int_referral_facts") }}),

    cut as ({{ in_dimensions("facts") }})

select
    {{ metric_key() }},

    -- counts
    count(*) as acquired_customer_count,
    count_if(is_referred) as referred_customer_count,
    count_if(not is_referred) as other_customer_count,
    count_if(has_unknown_referrer) as unknown_referrer_customer_count,
    count_if(has_late_referrer) as late_referrer_customer_count,
    count_if(is_self_referral) as self_referral_customer_count,
    count(distinct known_referrer_customer_id) as referring_customer_count,

    {%- for name, condition in [
        ["referred", "is_referred"],
        ["other", "not is_referred"],
    ] %}
        -- {{ name }}
        count_if({{ condition }} and is_observed) as {{ name }}_observed_customer_count,
        count_if(
            {{ condition }} and is_observed and is_active
        ) as {{ name }}_retained_customer_count,
        count(
            case when {{ condition }} then clv_amount end
        ) as {{ name }}_clv_customer_count,
        sum(case when {{ condition }} then clv_amount end) as {{ name }}_clv_amount,
        sum(
            case when {{ condition }} then net_revenue_amount end
        ) as {{ name }}_net_revenue_amount,
        cast(
            sum(
                case when {{ condition }} then {{ squared("net_revenue_amount") }} end
            ) as decimal(38, 4)
        ) as {{ name }}_net_revenue_squares{{ "," if not loop.last }}
    {%- endfor %}

from cut
group by {{ metric_key() }}
