with
    occasions as (select * from {{ ref("int_contact_occasions") }}),

    rules as (select * from {{ ref("contact_rules") }}),

    customers as (
        select *
        from {{ ref("dim_customers") }}
        where has_marketing_consent and not is_erased
    ),

    as_of as (
        select
            as_of_date, as_of_date + {{ var("contact_look_ahead_days") }} as last_date
        from {{ ref("int_as_of") }}
    ),

    purchases as (
        select * from {{ ref("int_purchase_spans") }} where to_date = date '9999-12-31'
    ),

    channels as (
        select *
        from {{ ref("int_customer_channels") }}
        where has_consent and is_reachable and choice_rank = 1
    ),

    totals as (select * from {{ ref("int_contact_totals") }}),

    -- the day before which another word would come too soon after the last one
    dated as (
        select
            occasions.*,
            rules.priority,
            rules.customers,
            occasions.event_date + rules.due_within_days as due_date,
            occasions.event_date + rules.due_within_days + rules.late_days as end_date,
            greatest(
                as_of.as_of_date,
                coalesce(
                    totals.last_left_contact_date
                    + {{ var("min_days_between_contacts") }},
                    as_of.as_of_date
                )
            ) as earliest_contact_date,
            coalesce(totals.contacts_30d_count, 0) as contacts_30d_count,
            as_of.as_of_date,
            as_of.last_date

        from occasions
        inner join rules on occasions.contact_reason = rules.contact_reason
        cross join as_of
        left join totals on occasions.customer_id = totals.customer_id
    ),

    due as (
        select dated.*, channels.channel
        from dated
        inner join customers on dated.customer_id = customers.customer_id
        inner join channels on dated.customer_id = channels.customer_id
        left join purchases on dated.customer_id = purchases.customer_id
        where
            dated.due_date <= dated.last_date
            and coalesce(dated.end_date >= dated.earliest_contact_date, true)
            and (
                dated.customers = 'all'
                or (dated.customers = 'acquired' and purchases.customer_id is not null)
                or (
                    dated.customers = 'lapsed'
                    and dated.as_of_date >= purchases.lapsed_date
                )
                or (
                    dated.customers = 'current'
                    and dated.as_of_date < purchases.lapsed_date
                )
            )
    ),

    -- each order is followed up; of anything else the first one is enough
    firsts as (
        select
            *,
            row_number() over (
                partition by
                    customer_id,
                    contact_reason,
                    case when contact_reason = 'follow_up' then reference end
                order by due_date, reference
            ) as reason_rank

        from due
    ),

    -- what is left of the contacts that a customer may have goes to the most urgent
    ranked as (
        select
            *,
            row_number() over (
                partition by customer_id
                order by priority, due_date, contact_reason, reference
            ) as contact_rank

        from firsts
        where reason_rank = 1
    )

select
    customer_id,
    contact_reason,
    reference,
    channel,
    priority,
    event_date,
    due_date,
    earliest_contact_date,
    due_date < as_of_date as is_overdue

from ranked
where contact_rank <= {{ var("max_contacts_30d") }} - contacts_30d_count
