with
    staged_rows as (select * from {{ ref("stg_order_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    -- an order that is there no longer, for it was deleted, takes its lines along
    orders as (
        select
            source_system,
            order_id,
            max(case when row_state = 'accepted' then 1 else 0 end) as is_accepted,
            max(case when row_state = 'not_yet' then 1 else 0 end) as is_not_yet,
            max(
                case when row_state = 'accepted' then exchange_rate end
            ) as exchange_rate

        from {{ ref("int_orders_judged") }}
        where
            row_state in ('accepted', 'not_yet')
            or is_gone
            or (is_version and is_deletion and version_rank = 1)
        group by source_system, order_id
    ),

    valued as (
        select
            staged_rows.*,
            as_of.as_of_date,
            as_of.as_of_end_at,
            orders.exchange_rate,
            coalesce(orders.is_accepted, 0) = 0
            and coalesce(orders.is_not_yet, 0) = 1 as is_order_not_yet,
            orders.order_id is not null
            and orders.is_accepted = 0
            and orders.is_not_yet = 0 as is_order_gone,
            concat_ws(
                ';',
                nullif(staged_rows.refusals, ''),
                case
                    when
                        staged_rows.order_id is not null
                        and orders.order_id is null
                        and not coalesce(staged_rows.is_deleted, false)
                    then 'order_id:unknown_order'
                end
            ) as all_refusals

        from staged_rows
        left join
            orders
            on staged_rows.source_system = orders.source_system
            and staged_rows.order_id = orders.order_id
        cross join as_of
    ),

    {{
        row_states(
            "valued",
            "order_lines",
            ["source_system", "order_id", "line_number"],
            not_yet="is_order_not_yet",
            refusals="all_refusals",
            gone="is_order_gone",
        )
    }}

select *
from stated
