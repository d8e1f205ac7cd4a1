with
    contacts as (select * from {{ ref("fct_contacts") }} where customer_id <> 'guest'),

    sent as (select * from {{ ref("int_contacts_sent") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    counted as (
        select
            customer_id,
            count(*) as contact_count,
            count_if(direction = 'inbound') as inbound_contact_count,
            min(contact_date) as first_contact_date,
            max(contact_date) as last_contact_date

        from contacts
        group by customer_id
    ),

    sent_counted as (
        select
            sent.customer_id,
            count(*) as outbound_contact_count,
            count_if(sent.is_reached) as reached_contact_count,
            max(sent.contact_date) as last_outbound_contact_date,
            max(
                case when sent.is_reached then sent.contact_date end
            ) as last_reached_contact_date,
            max(
                case when sent.has_left then sent.contact_date end
            ) as last_left_contact_date,
            count_if(
                sent.has_left and sent.contact_date > as_of.as_of_date - 30
            ) as contacts_30d_count

        from sent
        cross join as_of
        group by sent.customer_id
    ),

    channels_ranked as (
        select
            customer_id,
            channel,
            row_number() over (
                partition by customer_id
                order by count(*) desc, max(contact_date) desc, channel
            ) as channel_rank

        from contacts
        where channel <> 'unknown'
        group by customer_id, channel
    )

select
    counted.*,
    coalesce(sent_counted.outbound_contact_count, 0) as outbound_contact_count,
    coalesce(sent_counted.reached_contact_count, 0) as reached_contact_count,
    sent_counted.last_outbound_contact_date,
    sent_counted.last_reached_contact_date,
    sent_counted.last_left_contact_date,
    coalesce(sent_counted.contacts_30d_count, 0) as contacts_30d_count,
    channels_ranked.channel as usual_channel

from counted
left join sent_counted on counted.customer_id = sent_counted.customer_id
left join
    channels_ranked
    on counted.customer_id = channels_ranked.customer_id
    and channels_ranked.channel_rank = 1
