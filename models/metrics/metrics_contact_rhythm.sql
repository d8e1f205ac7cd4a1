with
    counts as (select * from {{ ref("int_rhythm_counts") }}),

    -- what happens by the month has no count in weeks; a birthday in a week of a small
    -- group would give away a birth date
    bounded as (
        select *, case when period_grain <> 'week' then 1 end as is_long_enough
        from counts
    ),

    final as (
        select
            -- ids
            {{ metric_key() }},

            -- dates
            period_end_date,

            -- flags
            is_complete,

            -- follow-ups
            delivered_order_count,
            follow_up_due_count,
            followed_up_order_count,

            -- contact by the month
            active_customer_count,
            approached_customer_count,
            contacted_customer_count,
            contacted_active_customer_count,
            active_customer_month_count * is_long_enough as active_customer_month_count,
            contacted_customer_month_count
            * is_long_enough as contacted_customer_month_count,

            -- contacts
            outbound_contact_count,
            reached_contact_count,
            over_contacted_customer_count,

            -- greetings
            birthday_due_count * is_long_enough as birthday_due_count,
            birthday_kept_count * is_long_enough as birthday_kept_count,
            holiday_due_count,
            holiday_kept_count,

            -- consent
            promotion_count,
            promotion_without_consent_count,
            contacted_without_consent_customer_count,

            -- rates
            {{ rate("followed_up_order_count", "follow_up_due_count") }}
            as follow_up_rate,
            {{
                rate(
                    "contacted_customer_month_count * is_long_enough",
                    "active_customer_month_count",
                )
            }} as monthly_contact_rate,
            {{ rate("over_contacted_customer_count", "approached_customer_count") }}
            as over_contacted_rate,
            {{ rate("birthday_kept_count * is_long_enough", "birthday_due_count") }}
            as birthday_greeting_rate,
            {{ rate("holiday_kept_count", "holiday_due_count") }}
            as holiday_greeting_rate,
            {{ rate("promotion_without_consent_count", "promotion_count") }}
            as promotion_without_consent_rate

        from bounded
    )

select *
from final
