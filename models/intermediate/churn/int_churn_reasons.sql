with
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

select customer_id, lost_date, churn_reason
from ranked
where reason_rank = 1
