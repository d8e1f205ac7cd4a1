with
    -- what was not even sent says nothing of the way
    contacts as (
        select *
        from {{ ref("fct_contacts") }}
        where customer_id <> 'guest' and (has_left or is_bounced)
    ),

    ranked as (
        select
            customer_id,
            channel,
            is_bounced,
            row_number() over (
                partition by customer_id, channel
                order by contact_date desc, contacted_at desc, contact_id desc
            ) as newness_rank

        from contacts
    )

select customer_id, channel
from ranked
where newness_rank = 1 and is_bounced
