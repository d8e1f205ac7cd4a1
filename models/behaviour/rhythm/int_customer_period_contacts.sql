{%- set counts = [
    "outbound_contact_count",
    "left_contact_count",
    "reached_contact_count",
    "too_many_contact_count",
    "promotion_count",
    "promotion_without_consent_count",
    "reached_without_consent_count",
    "delivered_order_count",
    "follow_up_due_count",
    "followed_up_order_count",
    "birthday_due_count",
    "birthday_kept_count",
    "holiday_due_count",
    "holiday_kept_count",
] -%}
with
    days as (select * from {{ ref("int_rhythm_days") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    periods as (select * from {{ ref("int_periods") }}),

    spans as (select * from {{ ref("int_customer_activity_spans") }}),

    months as (select * from {{ ref("int_active_months") }}),

    counted as (
        select
            days.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            {%- for name in counts %} sum(days.{{ name }}) as {{ name }}, {%- endfor %}
            0 as active_customer_count,
            0 as active_customer_month_count,
            0 as contacted_customer_month_count

        from days
        inner join period_days on days.event_date = period_days.day_date
        group by
            days.customer_id, period_days.period_grain, period_days.period_start_date
    ),

    active as (
        select distinct
            spans.customer_id, periods.period_grain, periods.period_start_date
        from spans
        inner join
            periods
            on spans.active_from_date <= periods.observed_end_date
            and spans.active_to_date >= periods.period_start_date
    ),

    -- a month belongs to the quarter and the year it begins in, to no week
    months_counted as (
        select
            months.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            count(*) as active_customer_month_count,
            count_if(months.is_contacted) as contacted_customer_month_count

        from months
        inner join period_days on months.activity_month = period_days.day_date
        where period_days.period_grain <> 'week'
        group by
            months.customer_id, period_days.period_grain, period_days.period_start_date
    ),

    joined as (
        select *
        from counted

        union all

        select
            customer_id,
            period_grain,
            period_start_date,
            {%- for name in counts %} 0 as {{ name }}, {%- endfor %}
            1 as active_customer_count,
            0 as active_customer_month_count,
            0 as contacted_customer_month_count
        from active

        union all

        select
            customer_id,
            period_grain,
            period_start_date,
            {%- for name in counts %} 0 as {{ name }}, {%- endfor %}
            0 as active_customer_count,
            active_customer_month_count,
            contacted_customer_month_count
        from months_counted
    )

select
    customer_id,
    period_grain,
    period_start_date,
    {%- for name in counts + [
        "active_customer_count",
        "active_customer_month_count",
        "contacted_customer_month_count",
    ] %}
        sum({{ name }}) as {{ name }},
    {%- endfor %}

    -- 1 for a customer who was, 0 for one who was not
    case
        when sum(left_contact_count) > 0 then 1 else 0
    end as approached_customer_count,
    case
        when sum(reached_contact_count) > 0 then 1 else 0
    end as contacted_customer_count,
    case
        when sum(reached_contact_count) > 0 and sum(active_customer_count) > 0
        then 1
        else 0
    end as contacted_active_customer_count,
    case
        when sum(too_many_contact_count) > 0 then 1 else 0
    end as over_contacted_customer_count,
    case
        when sum(reached_without_consent_count) > 0 then 1 else 0
    end as contacted_without_consent_customer_count

from joined
group by customer_id, period_grain, period_start_date
