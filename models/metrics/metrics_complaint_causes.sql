with
    causes as (select * from {{ ref("int_causes") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    periods as (select * from {{ ref("int_periods") }}),

    cause_periods as (
        select causes.*, period_days.period_grain, period_days.period_start_date
        from causes
        inner join period_days on causes.cause_date = period_days.day_date
    ),

    cut as ({{ in_dimensions("cause_periods") }}),

    counted as (
        select {{ metric_key() }}, cause_source, cause, count(*) as cause_count

        from cut
        group by {{ metric_key() }}, cause_source, cause
    ),

    -- a cause that was there once has a row in every later period
    spine as (
        {{ metric_periods(none, "counted", "periods", ["cause_source", "cause"]) }}
    ),

    filled as (
        select spine.*, coalesce(counted.cause_count, 0) as cause_count
        from spine
        left join
            counted
            on spine.dimension = counted.dimension
            and spine.dimension_value = counted.dimension_value
            and spine.period_grain = counted.period_grain
            and spine.period_start_date = counted.period_start_date
            and spine.cause_source = counted.cause_source
            and spine.cause = counted.cause
    ),

    ranked as (
        select
            *,
            sum(cause_count) over (
                partition by {{ metric_key() }}, cause_source
            ) as all_cause_count,
            row_number() over (
                partition by {{ metric_key() }}, cause_source
                order by cause_count desc, cause
            ) as cause_rank,
            sum(cause_count) over (
                partition by {{ metric_key() }}, cause_source
                order by cause_count desc, cause
            ) as cumulative_cause_count

        from filled
    )

select
    -- ids
    {{ metric_key() }},
    cause_source,
    cause,

    -- dates
    period_end_date,

    -- flags
    is_complete,

    -- counts
    cast(cause_count as bigint) as cause_count,
    cast(all_cause_count as bigint) as all_cause_count,

    -- ranks
    cast(cause_rank as bigint) as cause_rank,

    -- rates
    {{ rate("cause_count", "all_cause_count") }} as cause_share,
    {{ rate("cumulative_cause_count", "all_cause_count") }} as cumulative_share

from ranked
