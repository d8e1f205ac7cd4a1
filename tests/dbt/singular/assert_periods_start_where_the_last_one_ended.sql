-- The customers active on the last day of a period are those of the day before the
-- next: both sides are counted from different days of the same spans. Between two
-- periods customers change their bands.
with
    retention as (
        select *
        from {{ ref("metrics_retention") }}
        where dimension not in ('{{ held_bands() | join("', '") }}')
    ),

    chained as (
        select
            *,
            lag(end_customer_count) over (
                partition by dimension, dimension_value, period_grain
                order by period_start_date
            ) as previous_end_customer_count

        from retention
    )

select *
from chained
where start_customer_count <> coalesce(previous_end_customer_count, 0)
