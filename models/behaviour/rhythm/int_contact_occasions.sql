with
    customers as (select * from {{ ref("dim_customers") }}),

    totals as (select * from {{ ref("int_contact_totals") }}),

    purchases as (
        select * from {{ ref("int_purchase_spans") }} where to_date = date '9999-12-31'
    ),

    -- how things stand with each customer now
    standing as (
        select
            customers.customer_id,
            customers.acquired_date,
            purchases.lapsed_date,
            totals.last_reached_contact_date

        from customers
        left join purchases on customers.customer_id = purchases.customer_id
        left join totals on customers.customer_id = totals.customer_id
    ),

    complaints as (
        select *
        from {{ ref("fct_tickets") }}
        where kind = 'complaint' and is_open and customer_id <> 'guest'
    ),

    -- every word that reaches somebody who waits for a solution begins the wait anew
    complaints_open as (
        select
            complaints.customer_id,
            'open_complaint' as contact_reason,
            complaints.ticket_id as reference,
            greatest(
                complaints.opened_date,
                coalesce(standing.last_reached_contact_date, complaints.opened_date)
            ) as event_date

        from complaints
        inner join standing on complaints.customer_id = standing.customer_id
    ),

    deliveries as (
        select
            customer_id,
            'follow_up' as contact_reason,
            order_id as reference,
            received_date as event_date

        from {{ ref("int_follow_ups") }}
        where followed_up_date is null
    ),

    greetings as (
        select customer_id, contact_reason, reference, event_date
        from {{ ref("int_greetings") }}
        where greeted_date is null
    ),

    silences as (
        select
            customer_id,
            'monthly_care' as contact_reason,
            cast(null as {{ dbt.type_string() }}) as reference,
            greatest(
                acquired_date, coalesce(last_reached_contact_date, acquired_date)
            ) as event_date

        from standing
        where acquired_date is not null
    ),

    -- one word that reached them since they lapsed, and the company has tried
    lapses as (
        select
            customer_id,
            'win_back' as contact_reason,
            cast(null as {{ dbt.type_string() }}) as reference,
            lapsed_date as event_date

        from standing
        where
            lapsed_date is not null
            and coalesce(last_reached_contact_date < lapsed_date, true)
    )

{%- for cte in [
        "complaints_open",
        "deliveries",
        "greetings",
        "silences",
        "lapses",
    ] %}

    select * from {{ cte }} {{ "union all" if not loop.last }}
{%- endfor %}
