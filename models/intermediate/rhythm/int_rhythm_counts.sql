{%- set counts = [
    "active_customer_count",
    "contacted_customer_count",
    "contacted_active_customer_count",
    "active_customer_month_count",
    "contacted_customer_month_count",
    "outbound_contact_count",
    "over_contacted_customer_count",
    "delivered_order_count",
    "follow_up_due_count",
    "followed_up_order_count",
    "birthday_due_count",
    "birthday_kept_count",
    "holiday_due_count",
    "holiday_kept_count",
    "promotion_count",
    "promotion_without_consent_count",
    "contacted_without_consent_customer_count",
] -%}
with
    facts as (select * from {{ ref("int_customer_period_contacts") }}),

    periods as (select * from {{ ref("int_periods") }}),

    dimension_starts as (select * from {{ ref("int_dimension_starts") }}),

    cut as ({{ in_dimensions("facts") }}),

    summed as (
        select
            {{ metric_key() }},
            {%- for name in counts %}
                sum({{ name }}) as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

        from cut
        group by {{ metric_key() }}
    ),

    -- contacts may come before the first customer: what prospects got is not lost
    first_periods as (
        select {{ metric_key() }}
        from summed

        union all

        select
            dimension_starts.dimension,
            dimension_starts.dimension_value,
            periods.period_grain,
            min(periods.period_start_date) as period_start_date

        from dimension_starts
        inner join periods on periods.period_end_date >= dimension_starts.first_date
        -- bands are not held by the week
        where {{ is_cut_by("dimension_starts.dimension", "periods.period_grain") }}
        group by
            dimension_starts.dimension,
            dimension_starts.dimension_value,
            periods.period_grain
    ),

    starts as (
        select
            dimension,
            dimension_value,
            period_grain,
            min(period_start_date) as first_start_date
        from first_periods
        group by dimension, dimension_value, period_grain
    )

select
    starts.dimension,
    starts.dimension_value,
    periods.period_grain,
    periods.period_start_date,
    periods.period_end_date,
    periods.is_complete,
    {%- for name in counts %}
        cast(coalesce(summed.{{ name }}, 0) as bigint) as {{ name }}
        {{- "," if not loop.last }}
    {%- endfor %}

from starts
inner join
    periods
    on starts.period_grain = periods.period_grain
    and starts.first_start_date <= periods.period_start_date
left join
    summed
    on starts.dimension = summed.dimension
    and starts.dimension_value = summed.dimension_value
    and starts.period_grain = summed.period_grain
    and periods.period_start_date = summed.period_start_date
