with
    consents as (
        select *
        from {{ ref("int_consents_judged") }}
        where row_state = 'accepted' and purpose = 'marketing'
    ),

    -- as int_marketing_consents: of decisions at one moment, one record's word counts
    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id, channel, recorded_date
                order by recorded_at desc, source_system, source_customer_id
            ) as newness_rank

        from consents
    )

select
    customer_id,
    channel,
    recorded_date as from_date,
    coalesce(
        lead(recorded_date) over (
            partition by customer_id, channel order by recorded_date
        )
        - 1,
        date '9999-12-31'
    ) as to_date,
    is_granted

from ranked
where newness_rank = 1
