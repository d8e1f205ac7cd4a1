with
    consents as (
        select *
        from {{ ref("int_consents_judged") }}
        where row_state = 'accepted' and purpose = 'marketing'
    ),

    ranked as (
        select
            customer_id,
            channel,
            is_granted,
            row_number() over (
                partition by customer_id, channel
                order by recorded_at desc, source_system, source_customer_id
            ) as newness_rank

        from consents
    )

select customer_id, bool_or(is_granted) as has_marketing_consent
from ranked
where newness_rank = 1
group by customer_id
