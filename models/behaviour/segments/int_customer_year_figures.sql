{#- What each customer did in the last rfm_window_days: the figures by which segments are compared. -#}
with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    as_of as (
        select as_of_date, as_of_date - {{ var("rfm_window_days") }} as day_before_date
        from {{ ref("int_as_of") }}
    ),

    activity as (
        select
            spans.customer_id,
            bool_or(
                as_of.day_before_date
                between spans.active_from_date and spans.active_to_date
            ) as is_active_at_start,
            bool_or(
                as_of.as_of_date between spans.active_from_date and spans.active_to_date
            ) as is_active_at_end

        from {{ ref("int_customer_activity_spans") }} as spans
        cross join as_of
        group by spans.customer_id
    ),

    orders as (
        select
            orders.customer_id,
            count(*) as order_count,
            sum(orders.gross_amount - orders.discount_amount) as revenue_amount,
            sum(orders.net_amount) as net_revenue_amount,
            sum(orders.margin_amount) as margin_amount

        from {{ ref("fct_orders") }} as orders
        inner join as_of on orders.order_date > as_of.day_before_date
        where orders.is_counted and not orders.is_guest
        group by orders.customer_id
    ),

    costs as (
        select costs.customer_id, sum(costs.allocated_amount) as cost_amount
        from {{ ref("int_costs_allocated") }} as costs
        inner join as_of on costs.cost_month > as_of.day_before_date
        where costs.purpose in ('retention', 'service')
        group by costs.customer_id
    ),

    answers_ranked as (
        select
            responses.customer_id,
            responses.score_band,
            row_number() over (
                partition by responses.customer_id
                order by responses.responded_at desc, responses.response_id desc
            ) as lateness_rank

        from {{ ref("fct_survey_responses") }} as responses
        inner join as_of on responses.responded_date > as_of.day_before_date
        where responses.is_answered and responses.survey_type = 'nps'
    ),

    answers as (select * from answers_ranked where lateness_rank = 1),

    customer_values as (
        select customer_id, clv_amount from {{ ref("int_customer_values") }}
    )

select
    customers.customer_id,
    coalesce(activity.is_active_at_start, false) as is_active_at_start,
    coalesce(activity.is_active_at_end, false) as is_active_at_end,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.revenue_amount, 0) as revenue_amount,
    coalesce(orders.net_revenue_amount, 0) as net_revenue_amount,
    coalesce(orders.margin_amount, 0) as margin_amount,
    coalesce(costs.cost_amount, 0) as cost_amount,
    answers.score_band as nps_band,
    customer_values.clv_amount

from customers
left join activity on customers.customer_id = activity.customer_id
left join orders on customers.customer_id = orders.customer_id
left join costs on customers.customer_id = costs.customer_id
left join answers on customers.customer_id = answers.customer_id
left join customer_values on customers.customer_id = customer_values.customer_id
