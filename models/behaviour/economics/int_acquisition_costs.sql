{#- Shares are whole millionths, cut from a running total, so that they add up to what is shared. -#}
with
    -- a scope other than `channel` says whom the money was spent on, not through what
    costs as (
        select
            cost_month,
            case when scope = 'channel' then scope_value end as acquisition_channel,
            cast(sum(amount) as decimal(18, 6)) as amount

        from {{ ref("int_costs_by_month") }}
        where purpose = 'acquisition'
        group by cost_month, case when scope = 'channel' then scope_value end
    ),

    named as (select * from costs where acquisition_channel is not null),

    unnamed as (select * from costs where acquisition_channel is null),

    acquired as (
        select cohort_month, acquisition_channel, count(*) as customer_count
        from {{ ref("dim_customers") }}
        where cohort_month is not null
        group by cohort_month, acquisition_channel
    ),

    accumulated as (
        select
            *,
            sum(customer_count) over (
                partition by cohort_month
                order by acquisition_channel
                rows between unbounded preceding and current row
            ) as customers_so_far,
            sum(customer_count) over (partition by cohort_month) as all_customers

        from acquired
    ),

    weighed as (
        select
            unnamed.cost_month,
            unnamed.amount,
            -- in 18 digits a product of a million would not fit
            cast(
                abs(cast(unnamed.amount as decimal(38, 6))) * 1000000 as decimal(38, 0)
            ) as millionths,
            accumulated.acquisition_channel,
            accumulated.customer_count,
            accumulated.customers_so_far,
            accumulated.all_customers

        from unnamed
        left join accumulated on unnamed.cost_month = accumulated.cohort_month
    ),

    shared as (
        select
            cost_month,
            acquisition_channel,
            cast(
                cast(
                    case when amount < 0 then -1 else 1 end * (
                        {{
                            divide_whole(
                                "millionths * customers_so_far", "all_customers"
                            )
                        }}
                        - {{
                            divide_whole(
                                "millionths * (customers_so_far - customer_count)",
                                "all_customers",
                            )
                        }}
                    ) as decimal(24, 0)
                )
                * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)
            ) as amount

        from weighed
        where acquisition_channel is not null
    ),

    entries as (
        select
            cost_month,
            'acquisition_channel' as dimension,
            acquisition_channel as dimension_value,
            amount as acquisition_cost_amount,
            0 as unallocated_cost_amount
        from named

        union all

        select cost_month, 'acquisition_channel', acquisition_channel, amount, 0
        from shared

        union all

        select cost_month, 'all', 'all', amount, 0
        from costs

        union all

        -- nobody was won in the month to share it
        select cost_month, 'all', 'all', 0, amount
        from weighed
        where acquisition_channel is null
    )

select
    cost_month,
    dimension,
    dimension_value,
    cast(sum(acquisition_cost_amount) as decimal(18, 6)) as acquisition_cost_amount,
    cast(sum(unallocated_cost_amount) as decimal(18, 6)) as unallocated_cost_amount

from entries
group by cost_month, dimension, dimension_value
