-- Every accepted member of a campaign that has begun is in one arm, in both, or not
-- observed yet.
with
    members as (
        select campaign_id, count(distinct customer_id) as member_customer_count
        from {{ ref("int_campaign_members_judged") }}
        where row_state = 'accepted'
        group by campaign_id
    ),

    campaigns as (select * from {{ ref("metrics_campaigns") }}),

    not_begun as (
        -- a version that is not known yet does not unmake the one in force
        select campaign_id
        from {{ ref("int_campaigns_judged") }}
        group by campaign_id
        having
            count_if(row_state = 'not_yet') > 0 and count_if(row_state = 'accepted') = 0
    )

select *
from members
full outer join campaigns on members.campaign_id = campaigns.dimension_value
left join not_begun on members.campaign_id = not_begun.campaign_id
where
    not_begun.campaign_id is null
    and (
        campaigns.dimension_value is null
        or coalesce(members.member_customer_count, 0) <> campaigns.member_customer_count
        or campaigns.member_customer_count
        <> campaigns.treated_customer_count
        + campaigns.control_customer_count
        + campaigns.both_arms_customer_count
        + campaigns.unobserved_customer_count
        or campaigns.treated_converted_customer_count > campaigns.treated_customer_count
        or campaigns.control_converted_customer_count > campaigns.control_customer_count
        or campaigns.contaminated_customer_count > campaigns.control_customer_count
    )
