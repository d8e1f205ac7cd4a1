with
    member_periods as (select * from {{ ref("int_loyalty_member_periods") }}),

    activity as (
        select *
        from {{ ref("int_customer_periods") }}
        where is_active_at_start or is_active_at_end
    ),

    orders as (select * from {{ ref("int_customer_period_orders") }}),

    joined as (
        select
            coalesce(member_periods.customer_id, activity.customer_id) as customer_id,
            coalesce(
                member_periods.period_grain, activity.period_grain
            ) as period_grain,
            coalesce(
                member_periods.period_start_date, activity.period_start_date
            ) as period_start_date,
            member_periods.customer_id is not null as is_member,
            coalesce(member_periods.is_member_at_start, false) as is_member_at_start,
            coalesce(activity.is_active_at_start, false) as is_active_at_start,
            coalesce(activity.is_active_at_end, false) as is_active_at_end,
            {%- for name in [
                "points_earned",
                "points_spent",
                "points_expired",
                "points_adjusted",
                "points_reversed",
                "points_moved",
                "points_balance",
            ] %}
                coalesce(
                    member_periods.{{ name }}, 0
                ) as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

        from member_periods
        full outer join
            activity
            on member_periods.customer_id = activity.customer_id
            and member_periods.period_grain = activity.period_grain
            and member_periods.period_start_date = activity.period_start_date
    ),

    final as (
        select
            joined.*,
            joined.is_active_at_start and joined.is_active_at_end as is_retained,
            coalesce(orders.net_revenue_amount, 0) as net_revenue_amount,
            coalesce(orders.margin_amount, 0) as margin_amount

        from joined
        left join
            orders
            on joined.customer_id = orders.customer_id
            and joined.period_grain = orders.period_grain
            and joined.period_start_date = orders.period_start_date
    )

select *
from final
