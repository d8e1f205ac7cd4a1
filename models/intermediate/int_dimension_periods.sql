with
    starts as (select * from {{ ref("int_dimension_starts") }}),

    periods as (select * from {{ ref("int_periods") }})

select starts.dimension, starts.dimension_value, periods.*
from starts
inner join periods on periods.period_end_date >= starts.first_date
-- bands are held from month to month
where
    periods.period_grain <> 'week'
    or starts.dimension not in ('{{ held_bands() | join("', '") }}')
