-- Every ledger line of a campaign that has begun is in its cost, once.
with
    ledger as (
        select coalesce(sum(costs.amount), 0) as amount
        from {{ ref("fct_costs") }} as costs
        left join
            {{ ref("int_campaigns_judged") }} as campaigns
            on costs.scope_value = campaigns.campaign_id
            and campaigns.row_state = 'not_yet'
        where
            costs.scope = 'campaign'
            and costs.scope_value is not null
            and campaigns.campaign_id is null
    ),

    measured as (
        select coalesce(sum(campaign_cost_amount), 0) as amount
        from {{ ref("metrics_campaigns") }}
    )

select *
from ledger
cross join measured
where ledger.amount <> measured.amount
