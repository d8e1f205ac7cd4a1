-- The causes of a period share it out among themselves, and the complaints of a period
-- are those of metrics_service.
with
    causes as (select * from {{ ref("metrics_complaint_causes") }}),

    summed as (
        select
            {{ metric_key() }},
            cause_source,
            sum(cause_count) as cause_count,
            max(all_cause_count) as all_cause_count,
            sum(cause_share) as cause_share,
            max(cumulative_share) as cumulative_share,
            max(cause_rank) as last_rank,
            count(distinct cause_rank) as rank_count

        from causes
        group by {{ metric_key() }}, cause_source
    ),

    service as (
        select {{ metric_key() }}, complaint_count
        from {{ ref("metrics_service") }}
        where dimension not like 'ticket_%'
    )

select summed.*, cast(null as bigint) as complaint_count
from summed
where
    cause_count <> all_cause_count
    or last_rank <> rank_count
    or (
        all_cause_count > 0
        and (abs(cause_share - 1) > 1e-9 or abs(cumulative_share - 1) > 1e-9)
    )

union all

select summed.*, service.complaint_count
from service
left join
    summed
    on service.dimension = summed.dimension
    and service.dimension_value = summed.dimension_value
    and service.period_grain = summed.period_grain
    and service.period_start_date = summed.period_start_date
    and summed.cause_source = 'complaint'
where service.complaint_count <> coalesce(summed.cause_count, 0)
