with
    members as (
        select *
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted' and customer_id <> 'guest'
    ),

    campaigns as (select * from {{ ref("int_campaigns_known") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    -- whoever is chosen beforehand is a member from the start on
    begun as (
        select
            members.campaign_id,
            members.customer_id,
            members.arm,
            greatest(members.assigned_at, campaigns.started_at) as window_start_at,
            greatest(
                members.assigned_date,
                coalesce(
                    campaigns.started_on,
                    {{ local_date("campaigns.started_at", "members.time_zone") }}
                )
            ) as window_start_date

        from members
        inner join campaigns on members.campaign_id = campaigns.campaign_id
    ),

    -- the records of one person may have been drawn apart
    joined as (
        select
            campaign_id,
            customer_id,
            case when count(distinct arm) > 1 then 'both' else min(arm) end as arm,
            min(window_start_at) as window_start_at,
            min(window_start_date) as window_start_date

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
