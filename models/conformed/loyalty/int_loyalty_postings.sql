with
    walks as (select * from {{ ref("int_loyalty_walks") }}),

    movements as (select * from {{ ref("int_loyalty_movements") }}),

    final as (
        select
            -- ids
            walks.customer_id,
            lots.entry_id as lot_entry_id,
            movers.entry_id,
            bringers.entry_id as returned_by_entry_id,

            -- categories
            case
                when walks.lot_entry_number = walks.entry_number
                then 'credit'
                else coalesce(movers.entry_type, 'lapse')
            end as posting_type,

            -- dates: points that came into a lapsed lot lapse when they come
            case
                when walks.entry_number = 0
                then coalesce(bringers.occurred_at, lots.expires_at)
                else movers.occurred_at
            end as occurred_at,
            case
                when walks.entry_number = 0
                then coalesce(bringers.occurred_date, lots.expires_date)
                else movers.occurred_date
            end as occurred_date,

            -- points
            cast(
                walks.point_units * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
            ) as points

        from walks
        left join
            movements as lots
            on walks.customer_id = lots.customer_id
            and walks.lot_entry_number = lots.entry_number
        left join
            movements as movers
            on walks.customer_id = movers.customer_id
            and walks.entry_number = movers.entry_number
        left join
            movements as bringers
            on walks.customer_id = bringers.customer_id
            and walks.returned_by_entry_number = bringers.entry_number
    )

select *
from final
