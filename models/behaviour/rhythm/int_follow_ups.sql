with
    rules as (
        select * from {{ ref("contact_rules") }} where contact_reason = 'follow_up'
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    deliveries as (
        select
            orders.order_id,
            orders.customer_id,
            orders.channel,
            orders.received_at,
            orders.received_date,
            orders.has_received_time,
            orders.received_date + rules.due_within_days as due_date,
            rules.purpose

        from {{ ref("fct_orders") }} as orders
        cross join rules
        where
            orders.is_counted
            and not orders.is_guest
            and orders.received_date is not null
    ),

    -- what precedes the delivery follows nothing up; where one of the two is a bare
    -- date,
    -- the day decides
    after_delivery as (
        select
            deliveries.order_id,
            contacts.contact_id,
            contacts.order_id as contact_order_id,
            contacts.contact_date,
            row_number() over (
                partition by contacts.contact_id
                order by
                    deliveries.received_date desc,
                    deliveries.received_at desc,
                    deliveries.order_id
            ) as delivery_rank

        from deliveries
        inner join
            {{ ref("int_contacts_sent") }} as contacts
            on deliveries.customer_id = contacts.customer_id
            and contacts.contact_date >= deliveries.received_date
            and (contacts.purpose = deliveries.purpose or deliveries.purpose = 'any')
        where
            contacts.is_reached
            and (contacts.order_id = deliveries.order_id or contacts.order_id is null)
            and (
                contacts.contacted_at >= deliveries.received_at
                or not contacts.has_contacted_time
                or not deliveries.has_received_time
            )
    ),

    -- a contact that names no order is about the latest delivery before it
    followed_up as (
        select order_id, min(contact_date) as followed_up_date
        from after_delivery
        where contact_order_id is not null or delivery_rank = 1
        group by order_id
    )

select
    deliveries.order_id,
    deliveries.customer_id,
    deliveries.channel,

    -- dates
    deliveries.received_date,
    deliveries.due_date,
    followed_up.followed_up_date,

    -- flags
    deliveries.due_date <= as_of.as_of_date as is_due,
    coalesce(followed_up.followed_up_date <= deliveries.due_date, false) as is_kept

from deliveries
cross join as_of
left join followed_up on deliveries.order_id = followed_up.order_id
