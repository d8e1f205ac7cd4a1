with
    holdout as (
        select
            snapshots.snapshot_date,
            as_of.as_of_date,
            {{ days_between("snapshots.snapshot_date", "as_of.as_of_date") }}
            as holdout_days

        from {{ ref("int_snapshot_days") }} as snapshots
        cross join {{ ref("int_as_of") }} as as_of
        where snapshots.day_offset = {{ var("clv_holdout_days") }}
    ),

    histories as (select * from {{ ref("int_lifetime_histories") }}),

    predictions as (select * from {{ ref("int_lifetime_predictions") }}),

    actuals as (
        select
            purchase_days.customer_id,
            count(*) as purchase_days,
            sum(purchase_days.net_amount) as revenue_amount

        from {{ ref("int_purchase_days") }} as purchase_days
        inner join holdout on purchase_days.order_date > holdout.snapshot_date
        group by purchase_days.customer_id
    )

select
    histories.customer_id,
    histories.repeat_count,
    holdout.snapshot_date,
    holdout.as_of_date,
    cast(
        predictions.purchase_days_holdout as decimal(18, 6)
    ) as predicted_purchase_days,
    cast(
        predictions.purchase_days_holdout
        * predictions.purchase_day_amount as decimal(18, 6)
    ) as predicted_revenue_amount,
    cast(coalesce(actuals.purchase_days, 0) as decimal(18, 6)) as actual_purchase_days,
    cast(
        coalesce(actuals.revenue_amount, 0) as decimal(18, 2)
    ) as actual_revenue_amount,

    -- the baseline: the customer goes on as before
    cast(
        coalesce(
            cast(histories.repeat_count as double)
            / nullif(histories.age_days, 0)
            * holdout.holdout_days,
            0
        ) as decimal(18, 6)
    ) as naive_purchase_days,
    cast(
        coalesce(
            cast(histories.repeat_net_amount as double)
            / nullif(histories.age_days, 0)
            * holdout.holdout_days,
            0
        ) as decimal(18, 6)
    ) as naive_revenue_amount

from histories
inner join holdout on histories.snapshot_date = holdout.snapshot_date
inner join
    predictions
    on histories.customer_id = predictions.customer_id
    and histories.snapshot_date = cast(predictions.snapshot_date as date)
left join actuals on histories.customer_id = actuals.customer_id
