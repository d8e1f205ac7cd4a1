-- From its first row on, a value has one row for every period up to the running one: a
-- chart that joins its points must not jump over a month.
{%- set tables = [
    "metrics_retention",
    "metrics_nps",
    "metrics_satisfaction",
    "metrics_cost_per_customer",
    "metrics_purchases",
    "metrics_unit_economics",
    "metrics_service",
    "metrics_loyalty",
    "metrics_contact_rhythm",
    "metrics_referrals",
] %}
with
    periods as (select * from {{ ref("int_periods") }}),

    metrics as (
        {%- for table in tables %}
            select
                '{{ table }}' as metrics_table,
                {{ "survey_type" if table == "metrics_satisfaction" else "''" }}
                as survey_type,
                {{ metric_key() }}
            from {{ ref(table) }}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    counted as (
        select
            metrics_table,
            survey_type,
            dimension,
            dimension_value,
            period_grain,
            min(period_start_date) as first_start_date,
            count(*) as row_count

        from metrics
        group by metrics_table, survey_type, dimension, dimension_value, period_grain
    ),

    expected as (
        select
            counted.metrics_table,
            counted.survey_type,
            counted.dimension,
            counted.dimension_value,
            counted.period_grain,
            counted.row_count,
            count(periods.period_start_date) as period_count

        from counted
        left join
            periods
            on counted.period_grain = periods.period_grain
            and counted.first_start_date <= periods.period_start_date
        group by
            counted.metrics_table,
            counted.survey_type,
            counted.dimension,
            counted.dimension_value,
            counted.period_grain,
            counted.row_count
    )

select *
from expected
where row_count <> period_count
