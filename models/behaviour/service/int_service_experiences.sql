with
    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    customers as (select customer_id, acquired_date from {{ ref("dim_customers") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    month_days as (
        select day_date, period_start_date as experience_month
        from {{ ref("int_period_days") }}
        where period_grain = 'month'
    ),

    -- the first complaint of a month speaks for it: a later one could only be made by
    -- somebody who stayed
    complaints_ranked as (
        select
            tickets.customer_id,
            month_days.experience_month,
            tickets.opened_date as start_date,
            tickets.complaint_outcome as experience,
            row_number() over (
                partition by tickets.customer_id, month_days.experience_month
                order by tickets.opened_date, tickets.opened_at, tickets.ticket_id
            ) as complaint_rank

        from {{ ref("int_tickets_timed") }} as tickets
        inner join
            customers
            on tickets.customer_id = customers.customer_id
            and tickets.opened_date >= customers.acquired_date
        inner join month_days on tickets.opened_date = month_days.day_date
        where tickets.is_complaint
    ),

    complaints as (select * from complaints_ranked where complaint_rank = 1),

    first_purchases as (
        select
            purchase_days.customer_id,
            month_days.experience_month,
            min(purchase_days.order_date) as start_date

        from purchase_days
        inner join month_days on purchase_days.order_date = month_days.day_date
        group by purchase_days.customer_id, month_days.experience_month
    ),

    followed as (
        select customer_id, experience_month, start_date, experience
        from complaints

        union all

        select
            first_purchases.customer_id,
            first_purchases.experience_month,
            first_purchases.start_date,
            'none' as experience

        from first_purchases
        left join
            complaints
            on first_purchases.customer_id = complaints.customer_id
            and first_purchases.experience_month = complaints.experience_month
        where complaints.customer_id is null
    )

select
    followed.customer_id,
    followed.experience_month,
    followed.start_date,
    followed.experience,
    count(purchase_days.order_date) > 0 as is_retained

from followed
inner join
    as_of on followed.start_date + {{ var("churn_horizon_days") }} <= as_of.as_of_date
left join
    purchase_days
    on followed.customer_id = purchase_days.customer_id
    and followed.start_date < purchase_days.order_date
    and followed.start_date + {{ var("churn_horizon_days") }}
    >= purchase_days.order_date
where followed.experience <> 'undecided'
group by
    followed.customer_id,
    followed.experience_month,
    followed.start_date,
    followed.experience
