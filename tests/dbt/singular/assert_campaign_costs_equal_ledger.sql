-- Every ledger line of a campaign that has begun is in its cost, once.
with
    -- a version that is not known yet does not unmake the one in force
    not_begun as (
        select campaign_id
        from {{ ref("int_campaigns_judged") }}
        group by campaign_id
        having
            count_if(row_state = 'not_yet') > 0 and count_if(row_state = 'accepted') = 0
    ),

    ledger as (
        select coalesce(sum(costs.amount), 0) as amount
        from {{ ref("fct_costs") }} as costs
        left join not_begun on costs.scope_value = not_begun.campaign_id
        where
            costs.scope = 'campaign'
            and costs.scope_value is not null
            and not_begun.campaign_id is null
    ),

    measured as (
        select coalesce(sum(campaign_cost_amount), 0) as amount
        from {{ ref("metrics_campaigns") }}
    )

select *
from ledger
cross join measured
where ledger.amount <> measured.amount
