with
    stages as (select * from {{ ref("int_customer_lifecycle") }}),

    final as (
        select
            -- ids
            customer_id,
            activity_month,

            -- dates
            observed_end_date,
            last_order_date,

            -- flags
            is_complete,

            -- counts
            purchase_day_count,

            -- durations
            silent_days,

            -- categories
            lifecycle_stage

        from stages
    )

select *
from final
