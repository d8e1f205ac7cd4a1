-- What the periods count is what the customers and the facts hold: months and
-- follow-ups
-- customer by customer, contacts and deliveries row by row. Every customer has one row.
with
    periods as (
        select
            sum(active_customer_month_count) as active_month_count,
            sum(contacted_customer_month_count) as contacted_month_count,
            sum(follow_up_due_count) as follow_up_due_count,
            sum(followed_up_order_count) as follow_up_kept_count,
            sum(outbound_contact_count) as outbound_contact_count,
            sum(reached_contact_count) as reached_contact_count,
            sum(delivered_order_count) as delivered_order_count
        from {{ ref("metrics_contact_rhythm") }}
        where dimension = 'all' and period_grain = 'month'
    ),

    customers as (
        select
            sum(active_month_count) as active_month_count,
            sum(contacted_month_count) as contacted_month_count,
            sum(follow_up_due_count) as follow_up_due_count,
            sum(follow_up_kept_count) as follow_up_kept_count,
            sum(outbound_contact_count) as outbound_contact_count,
            sum(reached_contact_count) as reached_contact_count,
            sum(contact_count) as contact_count,
            sum(inbound_contact_count) as inbound_contact_count,
            count(*) as customer_count
        from {{ ref("mart_customer_contacts") }}
    ),

    contacts as (
        select count(*) as contact_count
        from {{ ref("fct_contacts") }}
        where customer_id <> 'guest'
    ),

    deliveries as (
        select count(*) as delivered_order_count
        from {{ ref("fct_orders") }}
        where is_counted and not is_guest and received_date is not null
    ),

    people as (select count(*) as customer_count from {{ ref("dim_customers") }})

select *
from periods
cross join customers
cross join contacts
cross join deliveries
cross join people
where
    {%- for name in [
        "active_month_count",
        "contacted_month_count",
        "follow_up_due_count",
        "follow_up_kept_count",
        "outbound_contact_count",
        "reached_contact_count",
    ] %}
        coalesce(periods.{{ name }}, 0) <> coalesce(customers.{{ name }}, 0) or
    {%- endfor %}
    coalesce(periods.delivered_order_count, 0) <> deliveries.delivered_order_count
    or coalesce(customers.contact_count, 0) <> contacts.contact_count
    or customers.outbound_contact_count + customers.inbound_contact_count
    <> customers.contact_count
    or customers.customer_count <> people.customer_count
