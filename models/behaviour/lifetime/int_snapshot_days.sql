with
    as_of as (select * from {{ ref("int_as_of") }}),

    offsets as (
        select day_offset
        from
            (
                values
                    (0),
                    ({{ var("clv_holdout_days") }})
                    {%- for number in range(1, var("churn_snapshot_count") + 1) %}
                        , ({{ number * var("churn_horizon_days") }})
                    {%- endfor %}
            ) as snapshots(day_offset)
    )

select distinct
    offsets.day_offset,
    as_of.as_of_date - offsets.day_offset as snapshot_date,
    {{ start_of_day("as_of.as_of_date - offsets.day_offset + 1") }} as snapshot_end_at

from offsets
cross join as_of
