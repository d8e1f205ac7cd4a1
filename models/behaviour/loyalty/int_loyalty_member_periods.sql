{%- set types = {
    "earned": "earn",
    "spent": "spend",
    "expired": "expire",
    "adjusted": "adjust",
    "reversed": "reverse",
} -%}
with
    entries as (select * from {{ ref("fct_loyalty_entries") }}),

    periods as (select * from {{ ref("int_periods") }} where period_grain <> 'week'),

    period_days as (
        select * from {{ ref("int_period_days") }} where period_grain <> 'week'
    ),

    members as (
        select customer_id, min(occurred_date) as member_since_date
        from entries
        group by customer_id
    ),

    member_periods as (
        select
            members.customer_id,
            periods.period_grain,
            periods.period_start_date,
            members.member_since_date < periods.period_start_date as is_member_at_start

        from members
        inner join periods on members.member_since_date <= periods.observed_end_date
    ),

    moved as (
        select
            entries.customer_id,
            period_days.period_grain,
            period_days.period_start_date,
            {%- for name, type in types.items() %}
                sum(
                    case
                        when entries.entry_type = '{{ type }}'
                        then {{ "-" if name in ["spent", "expired"] }} entries.points
                        else 0
                    end
                ) as points_{{ name }},
            {%- endfor %}
            sum(entries.points) as points_moved

        from entries
        inner join period_days on entries.occurred_date = period_days.day_date
        group by
            entries.customer_id, period_days.period_grain, period_days.period_start_date
    ),

    final as (
        select
            member_periods.*,
            {%- for name in types %}
                coalesce(moved.points_{{ name }}, 0) as points_{{ name }},
            {%- endfor %}
            coalesce(moved.points_moved, 0) as points_moved,
            sum(coalesce(moved.points_moved, 0)) over (
                partition by member_periods.customer_id, member_periods.period_grain
                order by member_periods.period_start_date
            ) as points_balance

        from member_periods
        left join
            moved
            on member_periods.customer_id = moved.customer_id
            and member_periods.period_grain = moved.period_grain
            and member_periods.period_start_date = moved.period_start_date
    )

select *
from final
