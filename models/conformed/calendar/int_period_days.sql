with
    days as (select * from {{ ref("int_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    observed as (
        select days.* from days inner join as_of on days.day_date <= as_of.as_of_date
    ),

    final as (
        {%- for grain in ["month", "quarter", "year"] %}
            select
                day_date,
                '{{ grain }}' as period_grain,
                cast(
                    {{ dbt.date_trunc(grain, "day_date") }} as date
                ) as period_start_date
            from observed

            union all
        {%- endfor %}

        select day_date, 'week' as period_grain, week_start_date as period_start_date
        from observed
    )

select *
from final
