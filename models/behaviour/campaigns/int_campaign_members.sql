with
    members as (
        select *
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted' and customer_id <> 'guest'
    ),

    campaigns as (select * from {{ ref("int_campaigns_known") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    placed as (
        select
            members.campaign_id,
            members.customer_id,
            members.arm,
            coalesce(members.is_in_both_arms, false) as is_in_both_arms,
            members.assigned_at,
            members.assigned_on,
            members.assigned_date,
            campaigns.started_at,
            campaigns.started_on,
            coalesce(
                campaigns.started_on,
                {{ local_date("campaigns.started_at", "members.time_zone") }}
            ) as started_date

        from members
        inner join campaigns on members.campaign_id = campaigns.campaign_id
    ),

    -- whoever is chosen beforehand is a member from the start on; a bare date begins
    -- with its day, and is no moment
    begun as (
        select
            campaign_id,
            customer_id,
            arm,
            is_in_both_arms,
            greatest(assigned_at, started_at) as window_start_at,
            greatest(assigned_date, started_date) as window_start_date,
            (assigned_on is null or coalesce(assigned_date < started_date, false))
            and (
                started_on is null or coalesce(started_date < assigned_date, false)
            ) as has_window_time

        from placed
    ),

    -- the records of one person may have been drawn apart
    joined as (
        select
            campaign_id,
            customer_id,
            case
                when count(distinct arm) > 1 or bool_or(is_in_both_arms)
                then 'both'
                else min(arm)
            end as arm,
            min(window_start_at) as window_start_at,
            min(window_start_date) as window_start_date,
            bool_and(has_window_time) as has_window_time

        from begun
        group by campaign_id, customer_id
    ),

    windowed as (
        select
            *,
            cast(
                window_start_date + {{ var("campaign_window_days") }} - 1 as date
            ) as window_last_date

        from joined
    )

select windowed.*, windowed.window_last_date <= as_of.as_of_date as is_observed

from windowed
cross join as_of
