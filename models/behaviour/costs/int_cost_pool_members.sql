with
    pools as (
        select distinct pool_key, cost_month, scope, scope_value, driver
        from {{ ref("int_costs_by_month") }}
    ),

    served as (
        select
            months.*,
            customers.market,
            customers.acquisition_channel,
            held.rfm_segment,
            held.loyalty_tier

        from {{ ref("int_customer_month_drivers") }} as months
        inner join
            {{ ref("dim_customers") }} as customers
            on months.customer_id = customers.customer_id
        left join
            {{ ref("int_customer_held_bands") }} as held
            on months.customer_id = held.customer_id
            and months.activity_month = held.period_start_date
        where months.is_served
    ),

    -- chosen for that arm alone, in all records of the person (int_campaign_members)
    treated as (
        select campaign_id, customer_id
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted'
        group by campaign_id, customer_id
        having
            min(arm) = 'treatment'
            and max(arm) = 'treatment'
            and not bool_or(coalesce(is_in_both_arms, false))
    ),

    named_customers as (
        select pools.*, customers.customer_id
        from pools
        inner join
            {{ ref("int_customers_addressed") }} as customers
            on pools.scope_value = customers.customer_address
        where pools.scope = 'customer'
    ),

    members as (
        select pools.pool_key, pools.driver, served.*
        from pools
        inner join served on pools.cost_month = served.activity_month
        where pools.scope = 'all'

        union all

        {%- for scope, column in {
            "market": "market",
            "channel": "acquisition_channel",
            "segment": "rfm_segment",
            "tier": "loyalty_tier",
        }.items() %}
            select pools.pool_key, pools.driver, served.*
            from pools
            inner join
                served
                on pools.cost_month = served.activity_month
                and pools.scope_value = served.{{ column }}
            where pools.scope = '{{ scope }}'

            union all
        {%- endfor %}

        select pools.pool_key, pools.driver, served.*
        from pools
        inner join treated on pools.scope_value = treated.campaign_id
        inner join
            served
            on pools.cost_month = served.activity_month
            and treated.customer_id = served.customer_id
        where pools.scope = 'campaign'
    ),

    weighted as (
        select
            pool_key,
            customer_id,
            case
                driver
                when 'customers'
                then 1
                when 'orders'
                then order_count
                when 'revenue'
                then greatest(cast(revenue_amount * 100 as bigint), 0)
                when 'tickets'
                then ticket_count
                when 'contacts'
                then contact_count
            end as weight

        from members

        union all

        select pool_key, customer_id, 1 as weight
        from named_customers
    )

select *
from weighted
where weight > 0
