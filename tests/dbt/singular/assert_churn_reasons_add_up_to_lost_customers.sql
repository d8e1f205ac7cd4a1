-- Every lost customer of a period has one reason: none is lost on the way, none twice.
with
    reasons as (
        select {{ metric_key() }}, sum(lost_customer_count) as lost_customer_count
        from {{ ref("metrics_churn_reasons") }}
        group by {{ metric_key() }}
    ),

    retention as (
        select {{ metric_key() }}, lost_customer_count
        from {{ ref("metrics_retention") }}
    )

select *
from retention
full outer join reasons using ({{ metric_key() }})
where
    coalesce(retention.lost_customer_count, 0)
    <> coalesce(reasons.lost_customer_count, 0)
