with
    customer_periods as (select * from {{ ref("int_customer_periods") }}),

    periods as (select * from {{ ref("int_periods") }}),

    revenue as (select * from {{ ref("int_customer_period_orders") }}),

    final as (
        select
            customer_periods.*,
            case
                when customer_periods.is_active_at_start
                then coalesce(earlier.net_revenue_amount, 0)
            end as base_revenue_amount,
            case
                when customer_periods.is_active_at_start
                then coalesce(current_revenue.net_revenue_amount, 0)
            end as kept_revenue_amount

        from customer_periods
        inner join
            periods
            on customer_periods.period_grain = periods.period_grain
            and customer_periods.period_start_date = periods.period_start_date
        left join
            revenue as earlier
            on customer_periods.customer_id = earlier.customer_id
            and customer_periods.period_grain = earlier.period_grain
            and periods.previous_start_date = earlier.period_start_date
        left join
            revenue as current_revenue
            on customer_periods.customer_id = current_revenue.customer_id
            and customer_periods.period_grain = current_revenue.period_grain
            and customer_periods.period_start_date = current_revenue.period_start_date
    )

select *
from final
