with
    experiences as (select * from {{ ref("int_service_experiences") }}),

    period_days as (
        select * from {{ ref("int_period_days") }} where period_grain <> 'week'
    ),

    starts as (select * from {{ ref("int_dimension_starts") }}),

    -- what cannot have been observed to its end has no row
    periods as (
        select periods.*
        from {{ ref("int_periods") }} as periods
        inner join
            {{ ref("int_as_of") }} as as_of
            on periods.period_end_date + {{ var("churn_horizon_days") }}
            <= as_of.as_of_date
        where periods.period_grain <> 'week'
    ),

    experience_periods as (
        select experiences.*, period_days.period_grain, period_days.period_start_date
        from experiences
        inner join period_days on experiences.start_date = period_days.day_date
    ),

    cut as ({{ in_dimensions("experience_periods") }}),

    counted as (
        select
            {{ metric_key() }},
            experience,
            count(*) as followed_customer_count,
            count_if(is_retained) as retained_customer_count

        from cut
        group by {{ metric_key() }}, experience
    ),

    experience_names as (
        {%- for name in ["none", "solved_well", "solved_badly"] %}
            select '{{ name }}' as experience {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    spine as (
        select
            starts.dimension,
            starts.dimension_value,
            experience_names.experience,
            periods.*

        from starts
        inner join
            periods
            on starts.period_grain = periods.period_grain
            and starts.first_start_date <= periods.period_start_date
        cross join experience_names
    ),

    rated as (
        select
            spine.dimension,
            spine.dimension_value,
            spine.period_grain,
            spine.period_start_date,
            spine.experience,
            spine.period_end_date,
            spine.is_complete,
            coalesce(counted.followed_customer_count, 0) as followed_customer_count,
            coalesce(counted.retained_customer_count, 0) as retained_customer_count,
            {{
                rate(
                    "counted.retained_customer_count",
                    "counted.followed_customer_count",
                )
            }} as retention_rate

        from spine
        left join
            counted
            on spine.dimension = counted.dimension
            and spine.dimension_value = counted.dimension_value
            and spine.period_grain = counted.period_grain
            and spine.period_start_date = counted.period_start_date
            and spine.experience = counted.experience
    ),

    bounded as (
        select
            *,
            {%- for name, sign in {"low": "-", "high": "+"}.items() %}
                {{ wilson_bound("retention_rate", "followed_customer_count", sign) }}
                as retention_{{ name }}_rate{{ "," if not loop.last }}
            {%- endfor %}

        from rated
    ),

    -- the interval of a difference from those of both shares (Newcombe 1998, method 10)
    compared as (
        select
            bounded.*,
            bounded.retention_rate - others.retention_rate as retention_difference,
            sqrt(
                power(bounded.retention_rate - bounded.retention_low_rate, 2)
                + power(others.retention_high_rate - others.retention_rate, 2)
            ) as difference_below,
            sqrt(
                power(bounded.retention_high_rate - bounded.retention_rate, 2)
                + power(others.retention_rate - others.retention_low_rate, 2)
            ) as difference_above

        from bounded
        left join
            bounded as others
            on bounded.dimension = others.dimension
            and bounded.dimension_value = others.dimension_value
            and bounded.period_grain = others.period_grain
            and bounded.period_start_date = others.period_start_date
            -- one key, for a condition on one side alone would be a nested loop
            and case when bounded.experience <> 'none' then 'none' end
            = others.experience
    )

select
    -- ids
    {{ metric_key() }},
    experience,

    -- dates
    period_end_date,

    -- flags
    is_complete,

    -- counts
    cast(followed_customer_count as bigint) as followed_customer_count,
    cast(retained_customer_count as bigint) as retained_customer_count,

    -- rates
    retention_rate,
    retention_low_rate,
    retention_high_rate,
    retention_difference,
    retention_difference - difference_below as retention_low_difference,
    retention_difference + difference_above as retention_high_difference

from compared
