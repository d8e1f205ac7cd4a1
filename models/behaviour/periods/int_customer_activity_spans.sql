with
    purchase_days as (
        select distinct customer_id, order_date
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest
    ),

    gaps_measured as (
        select
            customer_id,
            order_date,
            case
                when
                    order_date <= lag(order_date) over (
                        partition by customer_id order by order_date
                    )
                    + {{ var("activity_window_days") }}
                then 0
                else 1
            end as starts_span

        from purchase_days
    ),

    spans_numbered as (
        select
            customer_id,
            order_date,
            sum(starts_span) over (
                partition by customer_id
                order by order_date
                rows between unbounded preceding and current row
            ) as span_number

        from gaps_measured
    )

select
    customer_id,
    min(order_date) as active_from_date,
    max(order_date) + {{ var("activity_window_days") - 1 }} as active_to_date

from spans_numbered
group by customer_id, span_number
