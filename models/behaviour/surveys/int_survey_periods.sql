with
    counts as (select * from {{ ref("int_survey_counts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    survey_types as (
        {%- for survey_type in ["nps", "csat", "ces"] %}
            select '{{ survey_type }}' as survey_type{{ " union all" if not loop.last }}
        {%- endfor %}
    ),

    starts as (
        select survey_types.survey_type, starts.*
        from {{ ref("int_dimension_starts") }} as starts
        cross join survey_types
    ),

    -- whoever is asked need not have bought
    spine as ({{ metric_periods("starts", "counts", "periods", ["survey_type"]) }})

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
