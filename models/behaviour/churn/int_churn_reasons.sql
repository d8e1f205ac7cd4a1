with
    losses as (
        select distinct customer_id, lost_date from {{ ref("int_lost_customers") }}
    ),

    rules as (select * from {{ ref("churn_reason_rules") }} where is_enabled),

    signals as (select * from {{ ref("int_churn_signals") }}),

    ranked as (
        select
            signals.customer_id,
            signals.lost_date,
            rules.churn_reason,
            row_number() over (
                partition by signals.customer_id, signals.lost_date
                order by rules.rule_rank, rules.churn_reason
            ) as reason_rank

        from signals
        inner join
            rules
            on signals.signal = rules.signal
            and signals.signal_date >= signals.lost_date - rules.lookback_days
    )

-- nobody is lost without a reason, whatever the rules
select
    losses.customer_id,
    losses.lost_date,
    coalesce(ranked.churn_reason, 'silence') as churn_reason

from losses
left join
    ranked
    on losses.customer_id = ranked.customer_id
    and losses.lost_date = ranked.lost_date
    and ranked.reason_rank = 1
