with
    customers as (select * from {{ ref("int_customer_dimensions") }}),

    held as (select * from {{ ref("int_customer_held_bands") }}),

    period_days as (select * from {{ ref("int_period_days") }}),

    periods as (select * from {{ ref("int_periods") }} where period_grain <> 'week'),

    acquired as (
        select customer_id, acquired_date
        from customers
        where dimension = 'all' and acquired_date is not null
    ),

    first_acquired as (
        select dimension, dimension_value, min(acquired_date) as first_date
        from customers
        where acquired_date is not null
        group by dimension, dimension_value
    ),

    -- what was held when a month began, and whether by a customer already
    held_by_month as (
        select distinct
            held.period_start_date,
            coalesce(
                acquired.acquired_date < held.period_start_date, false
            ) as is_customer
            {%- for band in held_bands() %}
                , coalesce(held.{{ band }}, 'none') as {{ band }}
            {%- endfor %}

        from held
        left join acquired on held.customer_id = acquired.customer_id
    ),

    -- every grain for itself: a month may begin with a prospect, its quarter without
    held_at_begin as (
        select periods.period_grain, held_by_month.*
        from held_by_month
        inner join
            periods on held_by_month.period_start_date = periods.period_start_date

        union all

        -- who became a customer within the period
        select distinct
            period_days.period_grain,
            period_days.period_start_date,
            true as is_customer
            {%- for band in held_bands() %}
                , coalesce(held.{{ band }}, 'none') as {{ band }}
            {%- endfor %}

        from acquired
        inner join period_days on acquired.acquired_date = period_days.day_date
        left join
            held
            on acquired.customer_id = held.customer_id
            and period_days.period_start_date = held.period_start_date
        -- bands are held from month to month, so weeks are not cut by them
        where period_days.period_grain <> 'week'
    ),

    started as (
        select
            first_acquired.dimension,
            first_acquired.dimension_value,
            period_days.period_grain,
            period_days.period_start_date as first_start_date

        from first_acquired
        inner join period_days on first_acquired.first_date = period_days.day_date

        {%- for band in held_bands() %}

            union all

            -- a prospect may hold a stage or a tier; `none` is of customers alone
            select
                '{{ band }}' as dimension,
                {{ band }} as dimension_value,
                period_grain,
                min(period_start_date) as first_start_date
            from held_at_begin
            where is_customer or {{ band }} <> 'none'
            group by {{ band }}, period_grain
        {%- endfor %}
    )

select *
from started
