with
    campaigns as (select * from {{ ref("int_campaigns_known") }}),

    members as (
        select
            campaign_id,
            count(*) as member_customer_count,
            count_if(arm = 'both') as both_arms_customer_count,
            count_if(arm <> 'both' and not is_observed) as unobserved_customer_count,
            count_if(arm = 'control') > 0 as has_control

        from {{ ref("int_campaign_members") }}
        group by campaign_id
    ),

    arms as (
        select
            campaign_id,
            {%- for arm, name in [["treatment", "treated"], ["control", "control"]] %}
                {%- for column in [
                    "customer_count",
                    "converted_customer_count",
                    "net_revenue_total",
                    "margin_total",
                ] %}
                    sum(
                        case when arm = '{{ arm }}' then {{ column }} end
                    ) as {{ name }}_{{ column }},
                {%- endfor %}
            {%- endfor %}
            sum(
                case when arm = 'control' then contacted_customer_count end
            ) as contaminated_customer_count,
            count(*) as arm_count

        from {{ ref("int_campaign_arms") }}
        group by campaign_id
    ),

    costs as (
        select scope_value as campaign_id, sum(amount) as cost_amount
        from {{ ref("int_costs_by_month") }}
        where scope = 'campaign'
        group by scope_value
    )

select
    -- ids and what lands with them
    campaigns.*,

    -- counts
    {%- for name in ["member", "both_arms", "unobserved"] %}
        cast(
            coalesce(members.{{ name }}_customer_count, 0) as bigint
        ) as {{ name }}_customer_count,
    {%- endfor %}
    {%- for arm in ["treated", "control"] %}
        {%- for name in ["customer_count", "converted_customer_count"] %}
            cast(
                coalesce(arms.{{ arm }}_{{ name }}, 0) as bigint
            ) as {{ arm }}_{{ name }},
        {%- endfor %}
    {%- endfor %}
    cast(
        coalesce(arms.contaminated_customer_count, 0) as bigint
    ) as contaminated_customer_count,

    -- flags
    coalesce(members.has_control, false) as has_control,

    -- money
    {%- for arm in ["treated", "control"] %}
        {%- for name in ["net_revenue", "margin"] %}
            cast(
                coalesce(arms.{{ arm }}_{{ name }}_total, 0) as decimal(18, 2)
            ) as {{ arm }}_{{ name }}_amount,
        {%- endfor %}
    {%- endfor %}
    cast(coalesce(costs.cost_amount, 0) as decimal(18, 2)) as campaign_cost_amount

from campaigns
left join members on campaigns.campaign_id = members.campaign_id
left join arms on campaigns.campaign_id = arms.campaign_id
left join costs on campaigns.campaign_id = costs.campaign_id
