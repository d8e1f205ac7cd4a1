with
    reviewed as (
        {%- for table, metric, better in reviewed_metrics() %}
            select
                {{ metric_key() }},
                period_end_date,
                '{{ metric }}' as metric,
                '{{ table }}' as metrics_table,
                {{ better }} as better_sign,
                cast({{ metric }} as double) as metric_value

            from {{ ref(table) }}
            where is_complete and period_grain <> 'week'
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    targets as (select * from {{ ref("targets") }}),

    last_periods as (
        select period_grain, max(period_start_date) as period_start_date
        from reviewed
        group by period_grain
    ),

    compared_periods as (
        select
            period_grain,
            period_start_date,
            cast(
                case
                    period_grain
                    when 'month'
                    then period_start_date - interval 1 month
                    when 'quarter'
                    then period_start_date - interval 3 month
                    else period_start_date - interval 12 month
                end as date
            ) as previous_start_date,
            cast(
                period_start_date - interval 12 month as date
            ) as year_before_start_date

        from last_periods
    ),

    compared as (
        select
            reviewed.*,
            previous.metric_value as previous_value,
            year_before.metric_value as year_before_value

        from reviewed
        inner join
            compared_periods
            on reviewed.period_grain = compared_periods.period_grain
            and reviewed.period_start_date = compared_periods.period_start_date
        {%- for name in ["previous", "year_before"] %}
            left join
                reviewed as {{ name }}
                on reviewed.metric = {{ name }}.metric
                and reviewed.dimension = {{ name }}.dimension
                and reviewed.dimension_value = {{ name }}.dimension_value
                and reviewed.period_grain = {{ name }}.period_grain
                and compared_periods.{{ name }}_start_date
                = {{ name }}.period_start_date
        {%- endfor %}
    ),

    -- the target in force is the latest one that began by the period's begin
    aimed as (
        select
            compared.metric,
            compared.dimension,
            compared.dimension_value,
            compared.period_grain,
            compared.period_start_date,
            max_by(targets.target_value, targets.valid_from_date) as target_value

        from compared
        inner join
            targets
            on compared.metric = targets.metric
            and compared.dimension = targets.dimension
            and compared.dimension_value = targets.dimension_value
            and compared.period_grain = targets.period_grain
            and compared.period_start_date >= targets.valid_from_date
        group by
            compared.metric,
            compared.dimension,
            compared.dimension_value,
            compared.period_grain,
            compared.period_start_date
    ),

    final as (
        select
            -- ids
            compared.dimension,
            compared.dimension_value,
            compared.period_grain,
            compared.period_start_date,
            compared.metric,

            -- dates
            compared.period_end_date,

            -- where the metric stands
            compared.metrics_table,

            -- values, in the unit of the metric
            compared.metric_value,
            compared.previous_value,
            compared.year_before_value,
            compared.metric_value - compared.previous_value as change,
            compared.metric_value - compared.year_before_value as year_change,
            aimed.target_value,
            compared.metric_value - aimed.target_value as target_difference,

            -- rates
            {{
                rate(
                    "(compared.metric_value - compared.previous_value)",
                    "abs(compared.previous_value)",
                )
            }} as change_rate,
            {{
                rate(
                    "(compared.metric_value - compared.year_before_value)",
                    "abs(compared.year_before_value)",
                )
            }} as year_change_rate,

            -- categories
            case
                when compared.metric_value is null or compared.previous_value is null
                then 'unknown'
                when compared.metric_value = compared.previous_value
                then 'unchanged'
                when
                    compared.better_sign * compared.metric_value
                    > compared.better_sign * compared.previous_value
                then 'improved'
                else 'worsened'
            end as trend,
            case
                when aimed.target_value is null
                then 'no_target'
                when compared.metric_value is null
                then 'unknown'
                when
                    compared.better_sign * compared.metric_value
                    >= compared.better_sign * aimed.target_value
                then 'on_target'
                else 'off_target'
            end as status

        from compared
        left join
            aimed
            on compared.metric = aimed.metric
            and compared.dimension = aimed.dimension
            and compared.dimension_value = aimed.dimension_value
            and compared.period_grain = aimed.period_grain
            and compared.period_start_date = aimed.period_start_date
    )

select *
from final
