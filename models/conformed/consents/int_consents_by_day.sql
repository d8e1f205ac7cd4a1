with
    decisions as (select * from {{ ref("int_consent_decisions") }}),

    -- the latest of the day; of one moment, and of a day where either is a bare date,
    -- the withdrawal
    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id, channel, recorded_date
                order by
                    case
                        when recorded_on is not null and not is_granted
                        then 0
                        when recorded_on is null
                        then 1
                        else 2
                    end,
                    recorded_at desc,
                    case when is_granted then 1 else 0 end
            ) as newness_rank

        from decisions
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
