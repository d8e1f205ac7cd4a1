-- The first period of a value is the one in which its first customer was won: an
-- earlier row would show an empty past, a later one would cut customers off. A band
-- begins with the first customer who holds it, won long before; to hold none after
-- some is possible for tiers alone, which can be lost.
with
    retention as (
        select *
        from {{ ref("metrics_retention") }}
        where
            dimension not in ('{{ held_bands() | join("', '") }}')
            or (dimension <> 'loyalty_tier' and dimension_value = 'none')
    ),

    first_rows as (
        select
            *,
            row_number() over (
                partition by dimension, dimension_value, period_grain
                order by period_start_date
            ) as row_position

        from retention
    )

select *
from first_rows
where row_position = 1 and (acquired_customer_count = 0 or start_customer_count <> 0)
