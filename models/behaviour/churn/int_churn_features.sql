with
    snapshots as (
        select *
        from {{ ref("int_snapshot_days") }}
        where
            day_offset in (
                0
                {%- for number in range(1, var("churn_snapshot_count") + 1) %}
                    , {{ number * var("churn_horizon_days") }}
                {%- endfor %}
            )
    ),

    purchase_days as (select * from {{ ref("int_purchase_days_known") }}),

    predictions as (select * from {{ ref("int_lifetime_predictions") }}),

    complaints as (select * from {{ ref("int_complaints_known") }}),

    answers as (select * from {{ ref("int_answers_known") }}),

    points as (select * from {{ ref("fct_loyalty_entries") }}),

    rhythms as (
        select
            snapshots.snapshot_date,
            snapshots.snapshot_end_at,
            snapshots.day_offset,
            purchase_days.customer_id,
            count(*) as purchase_day_count,
            {{
                days_between(
                    "max(purchase_days.order_date)", "snapshots.snapshot_date"
                )
            }} as days_since_last_order,
            median(
                {{
                    days_between(
                        "purchase_days.previous_order_date",
                        "purchase_days.order_date",
                    )
                }}
            ) as typical_gap_days,
            sum(
                case
                    when purchase_days.order_date > snapshots.snapshot_date - 90
                    then purchase_days.net_amount
                    else 0
                end
            ) as recent_net_amount,
            sum(
                case
                    when
                        purchase_days.order_date > snapshots.snapshot_date - 180
                        and purchase_days.order_date <= snapshots.snapshot_date - 90
                    then purchase_days.net_amount
                    else 0
                end
            ) as earlier_net_amount,
            sum(
                case
                    when purchase_days.order_date > snapshots.snapshot_date - 365
                    then purchase_days.net_amount
                    else 0
                end
            ) as year_net_amount

        from snapshots
        inner join
            purchase_days on snapshots.snapshot_date = purchase_days.snapshot_date
        group by
            snapshots.snapshot_date,
            snapshots.snapshot_end_at,
            snapshots.day_offset,
            purchase_days.customer_id
    ),

    open_complaints as (
        select rhythms.snapshot_date, rhythms.customer_id, count(*) as open_count
        from rhythms
        inner join
            complaints
            on rhythms.customer_id = complaints.customer_id
            and {{ known_at("complaints", "rhythms") }}
            and complaints.opened_date <= rhythms.snapshot_date
            and complaints.opened_date > rhythms.snapshot_date - 365
            and (
                complaints.closed_date is null
                or complaints.closed_date > rhythms.snapshot_date
            )
        group by rhythms.snapshot_date, rhythms.customer_id
    ),

    latest_answers as (
        select
            rhythms.snapshot_date,
            rhythms.customer_id,
            answers.score_band in ('detractor', 'not_satisfied') as is_low,
            row_number() over (
                partition by rhythms.snapshot_date, rhythms.customer_id
                order by
                    answers.responded_at desc,
                    answers.source_system,
                    answers.response_id desc
            ) as newness_rank

        from rhythms
        inner join
            answers
            on rhythms.customer_id = answers.customer_id
            and {{ known_at("answers", "rhythms") }}
            and answers.responded_date <= rhythms.snapshot_date
            and answers.responded_date > rhythms.snapshot_date - 180
    ),

    lapsing_points as (
        select rhythms.snapshot_date, rhythms.customer_id
        from rhythms
        inner join
            points
            on rhythms.customer_id = points.customer_id
            and points.occurred_date <= rhythms.snapshot_date
        group by rhythms.snapshot_date, rhythms.customer_id
        having
            sum(points.points) > 0
            and count_if(
                points.entry_type = 'earn'
                and cast(points.expires_at as date) > rhythms.snapshot_date
                and cast(points.expires_at as date)
                <= rhythms.snapshot_date + {{ var("churn_horizon_days") }}
            )
            > 0
    ),

    outcomes as (
        select
            rhythms.snapshot_date,
            rhythms.customer_id,
            count(later.order_date) > 0 as has_returned

        from rhythms
        left join
            {{ ref("int_purchase_days") }} as later
            on rhythms.customer_id = later.customer_id
            and later.order_date > rhythms.snapshot_date
            and later.order_date
            <= rhythms.snapshot_date + {{ var("churn_horizon_days") }}
        group by rhythms.snapshot_date, rhythms.customer_id
    ),

    final as (
        select
            rhythms.snapshot_date,
            rhythms.day_offset,
            rhythms.customer_id,
            rhythms.days_since_last_order,
            rhythms.typical_gap_days,
            rhythms.purchase_day_count,
            cast(rhythms.year_net_amount as decimal(18, 2)) as year_net_amount,
            cast(rhythms.recent_net_amount as decimal(18, 2)) as recent_net_amount,
            cast(rhythms.earlier_net_amount as decimal(18, 2)) as earlier_net_amount,
            predictions.probability_alive,
            open_complaints.open_count is not null as has_open_complaint,
            coalesce(latest_answers.is_low, false) as has_low_score,
            lapsing_points.customer_id is not null as has_lapsing_points,
            -- what happened then; known for past snapshots alone
            case
                when rhythms.day_offset >= {{ var("churn_horizon_days") }}
                then not outcomes.has_returned
            end as has_churned

        from rhythms
        left join
            predictions
            on rhythms.snapshot_date = cast(predictions.snapshot_date as date)
            and rhythms.customer_id = predictions.customer_id
        left join
            open_complaints
            on rhythms.snapshot_date = open_complaints.snapshot_date
            and rhythms.customer_id = open_complaints.customer_id
        left join
            latest_answers
            on rhythms.snapshot_date = latest_answers.snapshot_date
            and rhythms.customer_id = latest_answers.customer_id
            and latest_answers.newness_rank = 1
        left join
            lapsing_points
            on rhythms.snapshot_date = lapsing_points.snapshot_date
            and rhythms.customer_id = lapsing_points.customer_id
        left join
            outcomes
            on rhythms.snapshot_date = outcomes.snapshot_date
            and rhythms.customer_id = outcomes.customer_id
        -- active on the day of the snapshot
        where rhythms.days_since_last_order < {{ var("activity_window_days") }}
    )

select *
from final
