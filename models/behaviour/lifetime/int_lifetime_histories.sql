with
    purchase_days as (select * from {{ ref("int_purchase_days_known") }}),

    summed as (
        select
            snapshot_date,
            customer_id,
            count(*) - 1 as repeat_count,
            {{ days_between("min(order_date)", "max(order_date)") }} as recency_days,
            {{ days_between("min(order_date)", "snapshot_date") }} as age_days,
            coalesce(
                sum(case when purchase_day_number > 1 then net_amount end), 0
            ) as repeat_net_amount

        from purchase_days
        group by snapshot_date, customer_id
    )

select
    snapshot_date,
    customer_id,
    cast(repeat_count as bigint) as repeat_count,
    cast(recency_days as bigint) as recency_days,
    cast(age_days as bigint) as age_days,
    cast(repeat_net_amount as decimal(18, 2)) as repeat_net_amount,
    cast(repeat_net_amount * 100 as bigint) as repeat_net_cents

from summed
