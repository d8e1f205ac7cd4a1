with
    members as (select * from {{ ref("int_campaign_members") }}),

    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    contacted as (
        select distinct campaign_id, customer_id
        from {{ ref("fct_contacts") }}
        where campaign_id is not null and direction <> 'inbound' and is_reached
    ),

    met as (
        select
            members.campaign_id,
            members.customer_id,
            orders.order_date,
            orders.net_amount,
            orders.margin_amount,
            orders.order_date < members.window_start_date
            or (
                orders.order_date = members.window_start_date
                and orders.ordered_at < members.window_start_at
                and orders.has_ordered_time
                and members.has_window_time
            ) as is_before

        from members
        inner join
            orders
            on members.customer_id = orders.customer_id
            and members.window_last_date >= orders.order_date
    ),

    summed as (
        select
            campaign_id,
            customer_id,
            count_if(not is_before) as order_count,
            sum(case when not is_before then net_amount end) as net_revenue_amount,
            sum(case when not is_before then margin_amount end) as margin_amount,
            count(
                distinct case when is_before then order_date end
            ) as prior_purchase_day_count,
            sum(case when is_before then net_amount end) as prior_net_revenue_amount

        from met
        group by campaign_id, customer_id
    )

select
    -- ids
    members.*,

    -- flags; whoever was not to be reached, and was, stays in the control
    contacted.customer_id is not null as is_contacted,

    -- counts
    coalesce(summed.order_count, 0) as order_count,
    coalesce(summed.prior_purchase_day_count, 0) as prior_purchase_day_count,

    -- money
    coalesce(summed.net_revenue_amount, 0) as net_revenue_amount,
    coalesce(summed.margin_amount, 0) as margin_amount,
    coalesce(summed.prior_net_revenue_amount, 0) as prior_net_revenue_amount

from members
left join
    summed
    on members.campaign_id = summed.campaign_id
    and members.customer_id = summed.customer_id
left join
    contacted
    on members.campaign_id = contacted.campaign_id
    and members.customer_id = contacted.customer_id
