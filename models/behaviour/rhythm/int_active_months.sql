with
    spans as (select * from {{ ref("int_customer_activity_spans") }}),

    months as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    reached as (select * from {{ ref("int_contacts_sent") }} where is_reached),

    contacted as (
        select distinct
            customer_id,
            cast(
                {{ dbt.date_trunc("month", "contact_date") }} as date
            ) as activity_month
        from reached
    ),

    active as (
        select distinct spans.customer_id, months.period_start_date as activity_month
        from spans
        inner join
            months
            on spans.active_from_date <= months.observed_end_date
            and spans.active_to_date >= months.period_start_date
    )

select
    active.customer_id,
    active.activity_month,
    contacted.customer_id is not null as is_contacted

from active
left join
    contacted
    on active.customer_id = contacted.customer_id
    and active.activity_month = contacted.activity_month
