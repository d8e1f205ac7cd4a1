with
    counts as (select * from {{ ref("int_survey_counts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    survey_types as (
        {%- for survey_type in ["nps", "csat", "ces"] %}
            select '{{ survey_type }}' as survey_type{{ " union all" if not loop.last }}
        {%- endfor %}
    ),

    starts as (
        select survey_type, dimension, dimension_value, min(first_date) as first_date
        from
            (
                select
                    survey_types.survey_type,
                    starts.dimension,
                    starts.dimension_value,
                    starts.first_date
                from {{ ref("int_dimension_starts") }} as starts
                cross join survey_types

                union all

                -- the later of its first week's and first month's begin lies in the
                -- first period of every grain
                select survey_type, dimension, dimension_value, max(first_start_date)
                from
                    (
                        select
                            survey_type,
                            dimension,
                            dimension_value,
                            min(period_start_date) as first_start_date
                        from counts
                        group by survey_type, dimension, dimension_value, period_grain
                    ) as first_periods
                group by survey_type, dimension, dimension_value
            ) as first_dates
        group by survey_type, dimension, dimension_value
    ),

    spine as (
        select starts.survey_type, starts.dimension, starts.dimension_value, periods.*
        from starts
        inner join periods on periods.period_end_date >= starts.first_date
        where {{ is_cut_by("starts.dimension", "periods.period_grain") }}
    )

select
    spine.survey_type,
    spine.dimension,
    spine.dimension_value,
    spine.period_grain,
    spine.period_start_date,
    spine.period_end_date,
    spine.is_complete,
    {%- for name in [
        "response",
        "promoter",
        "passive",
        "detractor",
        "satisfied",
        "invited",
        "answered_invitation",
    ] %}
        coalesce(counts.{{ name }}_count, 0) as {{ name }}_count,
    {%- endfor %}
    coalesce(counts.response_count, 0) >= {{ var("min_responses") }} as is_reportable

from spine
left join
    counts
    on spine.survey_type = counts.survey_type
    and spine.dimension = counts.dimension
    and spine.dimension_value = counts.dimension_value
    and spine.period_grain = counts.period_grain
    and spine.period_start_date = counts.period_start_date
