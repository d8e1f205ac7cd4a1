{#- Acquisition costs of a month go to the customers acquired in it, within the scope of the line, in equal parts; by channel that is a share
    by heads. Shares are whole millionths, cut from a running total, so that they add up to the line. -#}
with
    costs as (
        select cost_month, scope, scope_value, sum(amount) as amount
        from {{ ref("fct_costs") }}
        where purpose = 'acquisition'
        group by cost_month, scope, scope_value
    ),

    customers as (
        select customer_id, acquisition_channel, market, cohort_month
        from {{ ref("dim_customers") }}
    ),

    acquired as (select * from customers where cohort_month is not null),

    treated as (
        select distinct campaign_id, customer_id
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted' and arm = 'treatment'
    ),

    named_customers as (
        select
            {{ named_customer("customer_address") }} as scope_value,
            min(customer_id) as customer_id
        from {{ ref("int_customers_addressed") }}
        group by {{ named_customer("customer_address") }}
    ),

    members as (
        {%- for scope, condition in {
            "all": "true",
            "market": "costs.scope_value = acquired.market",
            "channel": "costs.scope_value = acquired.acquisition_channel",
        }.items() %}
            select costs.*, acquired.customer_id, acquired.acquisition_channel
            from costs
            inner join
                acquired on costs.cost_month = acquired.cohort_month and {{ condition }}
            where costs.scope = '{{ scope }}'

            union all
        {%- endfor %}

        select costs.*, acquired.customer_id, acquired.acquisition_channel
        from costs
        inner join treated on costs.scope_value = treated.campaign_id
        inner join
            acquired
            on costs.cost_month = acquired.cohort_month
            and treated.customer_id = acquired.customer_id
        where costs.scope = 'campaign'

        union all

        select costs.*, customers.customer_id, customers.acquisition_channel
        from costs
        inner join named_customers on costs.scope_value = named_customers.scope_value
        inner join customers on named_customers.customer_id = customers.customer_id
        where costs.scope = 'customer'
    ),

    channels as (
        select
            cost_month,
            scope,
            scope_value,
            acquisition_channel,
            amount,
            count(*) as member_count
        from members
        group by cost_month, scope, scope_value, acquisition_channel, amount
    ),

    accumulated as (
        select
            *,
            sum(member_count) over (
                partition by cost_month, scope, scope_value
                order by acquisition_channel
                rows between unbounded preceding and current row
            ) as members_so_far,
            sum(member_count) over (
                partition by cost_month, scope, scope_value
            ) as all_members,
            cast(abs(amount) * 1000000 as decimal(38, 0)) as millionths

        from channels
    ),

    shares as (
        select
            cost_month,
            acquisition_channel,
            case when amount < 0 then -1 else 1 end * (
                {{ divide_whole("millionths * members_so_far", "all_members") }}
                - {{
                    divide_whole(
                        "millionths * (members_so_far - member_count)", "all_members"
                    )
                }}
            ) as share_millionths

        from accumulated
    ),

    allocated as (
        select
            cost_month,
            acquisition_channel,
            cast(
                cast(sum(share_millionths) as decimal(24, 0))
                * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)
            ) as acquisition_cost_amount

        from shares
        group by cost_month, acquisition_channel
    ),

    unallocated as (
        select costs.cost_month, sum(costs.amount) as unallocated_cost_amount
        from costs
        left join
            (select distinct cost_month, scope, scope_value from members) as shared
            on costs.cost_month = shared.cost_month
            and costs.scope = shared.scope
            and costs.scope_value is not distinct from shared.scope_value
        where shared.cost_month is null
        group by costs.cost_month
    ),

    entries as (
        select
            cost_month,
            'acquisition_channel' as dimension,
            acquisition_channel as dimension_value,
            acquisition_cost_amount,
            0 as unallocated_cost_amount
        from allocated

        union all

        select cost_month, 'all', 'all', acquisition_cost_amount, 0
        from allocated

        union all

        select cost_month, 'all', 'all', 0, unallocated_cost_amount
        from unallocated
    )

select
    cost_month,
    dimension,
    dimension_value,
    cast(sum(acquisition_cost_amount) as decimal(18, 6)) as acquisition_cost_amount,
    cast(sum(unallocated_cost_amount) as decimal(18, 6)) as unallocated_cost_amount

from entries
group by cost_month, dimension, dimension_value
