-- Even if everything on the list, birthdays included, were done today, nobody would
-- have
-- more than max_contacts_30d contacts in the 30 days.
with
    listed as (
        select customer_id
        from {{ ref("mart_contact_worklist") }}

        union all

        select customer_id
        from {{ ref("greetings") }}
    ),

    counted as (
        select customer_id, count(*) as listed_count from listed group by customer_id
    ),

    contacted as (
        select contacts.customer_id, count(*) as contact_count
        from {{ ref("fct_contacts") }} as contacts
        inner join
            {{ ref("int_as_of") }} as as_of
            on contacts.contact_date between as_of.as_of_date - 29 and as_of.as_of_date
        where contacts.direction <> 'inbound' and contacts.has_left
        group by contacts.customer_id
    )

select counted.*, contacted.contact_count
from counted
left join contacted on counted.customer_id = contacted.customer_id
where
    counted.listed_count + coalesce(contacted.contact_count, 0)
    > {{ var("max_contacts_30d") }}
