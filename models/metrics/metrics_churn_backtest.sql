with
    scores as (select * from {{ ref("int_churn_scores") }} where fit_name = 'backtest'),

    features as (select * from {{ ref("int_churn_features") }}),

    judged as (
        select
            scores.customer_id,
            cast(scores.snapshot_date as date) as snapshot_date,
            cast(scores.churn_score as decimal(9, 6)) as score,
            cast(scores.baseline_score as decimal(9, 6)) as baseline_score,
            case when features.has_churned then 1 else 0 end as has_churned

        from scores
        inner join
            features
            on scores.customer_id = features.customer_id
            and cast(scores.snapshot_date as date) = features.snapshot_date
        where scores.churn_score is not null
    ),

    -- twice the rank, ties shared, as the area under the curve wants it: whole numbers
    ranked as (
        select
            *,
            ntile(10) over (order by score desc, customer_id) as score_decile,
            2 * rank() over (order by score)
            + count(*) over (partition by score)
            - 1 as double_rank,
            2 * rank() over (order by baseline_score)
            + count(*) over (partition by baseline_score)
            - 1 as baseline_double_rank,
            sum(has_churned) over () as all_churned_count,
            count(*) over () as all_customer_count

        from judged
    ),

    bucketed as (
        select *, 'all' as bucket_kind, 'all' as bucket, 0 as bucket_rank
        from ranked

        union all

        select
            *,
            'score_decile',
            cast(score_decile as {{ dbt.type_string() }}),
            score_decile
        from ranked
    ),

    -- sums of exact numbers, which no order of rows can change
    summed as (
        select
            bucket_kind,
            bucket,
            bucket_rank,
            snapshot_date,
            count(*) as customer_count,
            sum(has_churned) as churned_count,
            max(all_churned_count) as all_churned_count,
            max(all_customer_count) as all_customer_count,
            sum(score) as score_sum,
            sum((score - has_churned) * (score - has_churned)) as squared_error_sum,
            sum(
                (baseline_score - has_churned) * (baseline_score - has_churned)
            ) as baseline_squared_error_sum,
            sum(has_churned * double_rank) as double_rank_sum,
            sum(has_churned * baseline_double_rank) as baseline_double_rank_sum

        from bucketed
        group by bucket_kind, bucket, bucket_rank, snapshot_date
    ),

    rated as (
        select
            *,
            {{ rate("score_sum", "customer_count") }} as predicted_churn_rate,
            {{ rate("churned_count", "customer_count") }} as actual_churn_rate,
            {{ rate("all_churned_count", "all_customer_count") }} as all_churn_rate,
            {{ rate("squared_error_sum", "customer_count") }} as brier_score,
            {{ rate("baseline_squared_error_sum", "customer_count") }}
            as baseline_brier_score,
            {{
                rate(
                    "double_rank_sum - churned_count * (churned_count + 1)",
                    "2 * churned_count * (customer_count - churned_count)",
                )
            }} as auc_score,
            {{
                rate(
                    "baseline_double_rank_sum - churned_count * (churned_count + 1)",
                    "2 * churned_count * (customer_count - churned_count)",
                )
            }} as baseline_auc_score

        from summed
    ),

    final as (
        select
            -- ids
            bucket_kind,
            bucket,
            cast(bucket_rank as bigint) as bucket_rank,

            -- dates
            snapshot_date,
            snapshot_date + {{ var("churn_horizon_days") }} as horizon_end_date,

            -- counts
            customer_count,
            cast(churned_count as bigint) as churned_count,

            -- rates
            predicted_churn_rate,
            actual_churn_rate,
            actual_churn_rate / nullif(all_churn_rate, 0) as lift,

            -- scores, of all customers alone: a decile has no ranking of its own
            brier_score,
            baseline_brier_score,
            case when bucket_kind = 'all' then auc_score end as auc_score,
            case
                when bucket_kind = 'all' then baseline_auc_score
            end as baseline_auc_score,

            -- flags
            brier_score < baseline_brier_score as is_better_than_baseline

        from rated
    )

select *
from final
