with
    losses as (
        select distinct customer_id, lost_date, last_order_date
        from {{ ref("int_lost_customers") }}
    ),

    complaints as (
        select * from {{ ref("fct_tickets") }} where kind = 'complaint' and not is_void
    ),

    answers as (
        select *
        from {{ ref("fct_survey_responses") }}
        where score_band in ('detractor', 'not_satisfied')
    ),

    returned as (
        select customer_id, refund_date as returned_date
        from {{ ref("fct_refunds") }}
        where is_return

        union all

        select customer_id, opened_date
        from {{ ref("fct_tickets") }}
        where kind in ('return', 'exchange') and not is_void
    ),

    orders as (select * from {{ ref("fct_orders") }} where is_counted and not is_guest),

    -- the last order against those before it
    last_orders as (
        select
            losses.customer_id,
            losses.lost_date,
            count(*) as order_count,
            max_by(orders.channel, orders.order_number) as last_channel,
            max_by(orders.discount_amount, orders.order_number) as last_discount_amount,
            max(orders.order_number) as last_order_number

        from losses
        inner join
            orders
            on losses.customer_id = orders.customer_id
            and orders.order_date < losses.lost_date
        group by losses.customer_id, losses.lost_date
    ),

    earlier_orders as (
        select
            last_orders.customer_id,
            last_orders.lost_date,
            count(*) as earlier_count,
            count_if(orders.discount_amount > 0) as discounted_count,
            count_if(
                orders.channel = last_orders.last_channel
                or 'unknown' in (orders.channel, last_orders.last_channel)
            ) as same_channel_count

        from last_orders
        inner join
            orders
            on last_orders.customer_id = orders.customer_id
            and orders.order_number < last_orders.last_order_number
        group by last_orders.customer_id, last_orders.lost_date
    ),

    signals as (
        select
            losses.customer_id,
            losses.lost_date,
            'complaint_unsolved' as signal,
            complaints.opened_date as signal_date

        from losses
        inner join
            complaints
            on losses.customer_id = complaints.customer_id
            and complaints.opened_date < losses.lost_date
            and (
                complaints.closed_date is null
                or complaints.closed_date >= losses.lost_date
            )

        union all

        select losses.customer_id, losses.lost_date, 'low_score', answers.responded_date
        from losses
        inner join
            answers
            on losses.customer_id = answers.customer_id
            and answers.responded_date < losses.lost_date

        union all

        select
            losses.customer_id,
            losses.lost_date,
            'goods_returned',
            returned.returned_date

        from losses
        inner join
            returned
            on losses.customer_id = returned.customer_id
            and returned.returned_date < losses.lost_date

        union all

        -- used to discounts, and the last order had none
        select
            losses.customer_id,
            losses.lost_date,
            'discount_ended',
            losses.last_order_date
        from losses
        inner join
            last_orders
            on losses.customer_id = last_orders.customer_id
            and losses.lost_date = last_orders.lost_date
        inner join
            earlier_orders
            on losses.customer_id = earlier_orders.customer_id
            and losses.lost_date = earlier_orders.lost_date
        where
            last_orders.last_discount_amount = 0
            and earlier_orders.earlier_count >= 2
            and earlier_orders.discounted_count * 2 > earlier_orders.earlier_count

        union all

        -- the last order came through a channel never used before
        select
            losses.customer_id,
            losses.lost_date,
            'channel_changed',
            losses.last_order_date

        from losses
        inner join
            earlier_orders
            on losses.customer_id = earlier_orders.customer_id
            and losses.lost_date = earlier_orders.lost_date
        where
            earlier_orders.earlier_count >= 2 and earlier_orders.same_channel_count = 0

        union all

        select customer_id, lost_date, 'silence', lost_date
        from losses
    )

select customer_id, lost_date, signal, max(signal_date) as signal_date
from signals
group by customer_id, lost_date, signal
