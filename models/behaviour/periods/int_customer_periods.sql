with
    spans as (select * from {{ ref("int_customer_activity_spans") }}),

    periods as (select * from {{ ref("int_periods") }} where period_grain <> 'week'),

    customers as (select customer_id, acquired_date from {{ ref("dim_customers") }}),

    met as (
        select
            spans.customer_id,
            periods.period_grain,
            periods.period_start_date,
            periods.day_before_date
            between spans.active_from_date and spans.active_to_date
            as is_active_at_start,
            periods.observed_end_date
            between spans.active_from_date and spans.active_to_date as is_active_at_end,
            spans.active_to_date >= periods.period_start_date as is_served,
            periods.observed_end_date

        from spans
        inner join
            periods
            on spans.active_from_date <= periods.observed_end_date
            and spans.active_to_date >= periods.day_before_date
    ),

    joined as (
        select
            met.customer_id,
            met.period_grain,
            met.period_start_date,
            bool_or(met.is_active_at_start) as is_active_at_start,
            bool_or(met.is_active_at_end) as is_active_at_end,
            bool_or(met.is_served) as is_served

        from met
        group by met.customer_id, met.period_grain, met.period_start_date
    )

select
    joined.*,
    coalesce(
        customers.acquired_date >= joined.period_start_date
        and customers.acquired_date < periods.period_end_date + 1,
        false
    ) as is_acquired

from joined
inner join customers on joined.customer_id = customers.customer_id
inner join
    periods
    on joined.period_grain = periods.period_grain
    and joined.period_start_date = periods.period_start_date
