{%- set measures = {
    "net_revenue": "net_revenue_amount",
    "margin": "margin_amount",
    "prior_purchase_days": "prior_purchase_day_count",
    "prior_net_revenue": "prior_net_revenue_amount",
} -%}
with
    outcomes as (
        select *
        from {{ ref("int_campaign_outcomes") }}
        where is_observed and arm in ('treatment', 'control')
    ),

    counted as (
        select
            campaign_id,
            arm,
            count(*) as customer_count,
            count_if(order_count > 0) as converted_customer_count,
            count_if(is_contacted) as contacted_customer_count
            {%- for name, column in measures.items() %}
                ,
                cast(sum({{ column }}) as decimal(38, 2)) as {{ name }}_total,
                cast(sum({{ squared(column) }}) as decimal(38, 4)) as {{ name }}_squares
            {%- endfor %}

        from outcomes
        group by campaign_id, arm
    ),

    rated as (
        select
            *,
            {{ rate("converted_customer_count", "customer_count") }} as conversion_rate
            {%- for name in measures %}
                ,
                {{ rate(name ~ "_total", "customer_count") }} as {{ name }}_mean,
                {{
                    mean_variance(
                        name ~ "_total", name ~ "_squares", "customer_count"
                    )
                }} as {{ name }}_mean_variance
            {%- endfor %}

        from counted
    )

select
    *,
    {{ wilson_bound("conversion_rate", "customer_count", "-") }} as conversion_low_rate,
    {{ wilson_bound("conversion_rate", "customer_count", "+") }} as conversion_high_rate

from rated
