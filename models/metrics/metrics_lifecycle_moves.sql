with
    stages as (select * from {{ ref("mart_customer_lifecycle") }}),

    dimensions as (
        select customer_id, dimension, dimension_value
        from {{ ref("int_customer_dimensions") }}
    ),

    periods as (select * from {{ ref("int_periods") }} where period_grain = 'month'),

    moves as (
        select
            customer_id,
            activity_month,
            coalesce(
                lag(lifecycle_stage) over (
                    partition by customer_id order by activity_month
                ),
                'none'
            ) as from_stage,
            lifecycle_stage as to_stage

        from stages
    ),

    counted as (
        select
            dimensions.dimension,
            dimensions.dimension_value,
            moves.activity_month,
            moves.from_stage,
            moves.to_stage,
            count(*) as customer_count

        from moves
        inner join dimensions on moves.customer_id = dimensions.customer_id
        group by
            dimensions.dimension,
            dimensions.dimension_value,
            moves.activity_month,
            moves.from_stage,
            moves.to_stage
    ),

    totalled as (
        select
            *,
            cast(
                sum(customer_count) over (
                    partition by dimension, dimension_value, activity_month, from_stage
                ) as bigint
            ) as from_customer_count

        from counted
    ),

    final as (
        select
            -- ids
            totalled.dimension,
            totalled.dimension_value,
            periods.period_grain,
            periods.period_start_date,
            totalled.from_stage,
            totalled.to_stage,

            -- dates
            periods.period_end_date,

            -- flags
            periods.is_complete,

            -- counts
            totalled.customer_count,
            totalled.from_customer_count,

            -- rates
            {{ rate("totalled.customer_count", "totalled.from_customer_count") }}
            as move_rate

        from totalled
        inner join periods on totalled.activity_month = periods.period_start_date
    )

select *
from final
