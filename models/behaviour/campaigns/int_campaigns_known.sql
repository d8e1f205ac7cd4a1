with
    judged as (select * from {{ ref("int_campaigns_judged") }}),

    landed as (select * from judged where row_state = 'accepted'),

    -- members and costs may name a campaign that did not land
    mentions as (
        select campaign_id, assigned_date as mentioned_date
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted'

        union all

        select scope_value as campaign_id, cost_month as mentioned_date
        from {{ ref("int_costs_by_month") }}
        where scope = 'campaign' and scope_value is not null
    ),

    -- one that has not begun yet has nothing to show
    mentioned as (
        select mentions.campaign_id, min(mentions.mentioned_date) as mentioned_date
        from mentions
        left join
            judged
            on mentions.campaign_id = judged.campaign_id
            and judged.row_state in ('accepted', 'not_yet')
        where judged.campaign_id is null
        group by mentions.campaign_id
    )

select
    -- ids
    campaign_id,

    -- categories
    coalesce(campaign_name, 'unknown') as campaign_name,
    coalesce(purpose, 'unknown') as purpose,
    coalesce(channel, 'unknown') as channel,

    -- flags
    true as is_landed,

    -- dates
    started_at,
    started_on,
    started_date,
    case when ended_date <= as_of_date then ended_date end as ended_date

from landed

union all

select
    campaign_id,
    'unknown' as campaign_name,
    'unknown' as purpose,
    'unknown' as channel,
    false as is_landed,
    cast(null as timestamp) as started_at,
    cast(null as date) as started_on,
    mentioned_date as started_date,
    cast(null as date) as ended_date

from mentioned
