with
    customers as (
        select customer_id, cohort_month
        from {{ ref("dim_customers") }}
        where acquired_date is not null
    ),

    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    orders as (
        select *
        from {{ ref("int_customer_period_orders") }}
        where period_grain = 'month'
    ),

    accumulated as (
        select
            customers.customer_id,
            months.period_start_date as activity_month,
            sum(coalesce(orders.net_revenue_amount, 0)) over (
                partition by customers.customer_id
                order by months.period_start_date
                rows between unbounded preceding and current row
            ) as net_revenue_so_far_amount

        from customers
        inner join months on customers.cohort_month <= months.period_start_date
        left join
            orders
            on customers.customer_id = orders.customer_id
            and months.period_start_date = orders.period_start_date
    ),

    -- what those before hold, so that the first customer is always in the first band
    ranked as (
        select
            *,
            sum(greatest(net_revenue_so_far_amount, 0)) over (
                partition by activity_month
            ) as total_amount,
            coalesce(
                sum(greatest(net_revenue_so_far_amount, 0)) over (
                    partition by activity_month
                    order by net_revenue_so_far_amount desc, customer_id
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as amount_before

        from accumulated
    )

select
    customer_id,
    activity_month,
    cast(net_revenue_so_far_amount as decimal(18, 2)) as net_revenue_so_far_amount,
    {{ value_band("net_revenue_so_far_amount", "amount_before", "total_amount") }}
    as value_band

from ranked
