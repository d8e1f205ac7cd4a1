with
    {{ located("campaign_members", event="assigned") }},

    campaigns as (
        select distinct campaign_id
        from {{ ref("int_campaigns_judged") }}
        where row_state in ('accepted', 'not_yet')
    ),

    valued as (
        select
            located.*,
            concat_ws(
                ';',
                nullif(located.refusals, ''),
                case
                    when
                        located.campaign_id is not null
                        and campaigns.campaign_id is null
                    then 'campaign_id:unknown_campaign'
                end
            ) as all_refusals

        from located
        left join campaigns on located.campaign_id = campaigns.campaign_id
    ),

    {{
        row_states(
            "valued",
            "campaign_members",
            ["source_system", "campaign_id", "source_customer_id"],
            not_yet="assigned_date > as_of_date",
            refusals="all_refusals",
        )
    }}

select *
from stated
