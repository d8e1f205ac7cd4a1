with
    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    refunds as (
        select * from {{ ref("fct_refunds") }} where is_counted and not is_guest
    ),

    entries as (
        select
            customer_id,
            order_date as entry_date,
            1 as order_count,
            gross_amount - discount_amount as revenue_amount,
            0 as ticket_count,
            0 as contact_count

        from orders

        union all

        select customer_id, refund_date, 0, - booked_refund_amount, 0, 0
        from refunds

        union all

        select customer_id, opened_date, 0, 0, 1, 0
        from {{ ref("fct_tickets") }}
        where not is_void

        union all

        select customer_id, contact_date, 0, 0, 0, 1
        from {{ ref("fct_contacts") }}
    ),

    months as (
        select
            customer_id,
            cast({{ dbt.date_trunc("month", "entry_date") }} as date) as activity_month,
            sum(order_count) as order_count,
            sum(revenue_amount) as revenue_amount,
            sum(ticket_count) as ticket_count,
            sum(contact_count) as contact_count

        from entries
        group by customer_id, cast({{ dbt.date_trunc("month", "entry_date") }} as date)
    ),

    served as (
        select customer_id, period_start_date as activity_month
        from {{ ref("int_customer_periods") }}
        where period_grain = 'month' and is_served
    )

select
    coalesce(served.customer_id, months.customer_id) as customer_id,
    coalesce(served.activity_month, months.activity_month) as activity_month,
    served.customer_id is not null as is_served,
    coalesce(months.order_count, 0) as order_count,
    coalesce(months.revenue_amount, 0) as revenue_amount,
    coalesce(months.ticket_count, 0) as ticket_count,
    coalesce(months.contact_count, 0) as contact_count

from served
full outer join
    months
    on served.customer_id = months.customer_id
    and served.activity_month = months.activity_month
