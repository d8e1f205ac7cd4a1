with
    starts as (select * from {{ ref("int_dimension_starts") }}),

    periods as (select * from {{ ref("int_periods") }})

select starts.dimension, starts.dimension_value, periods.*
from starts
inner join
    periods
    on starts.period_grain = periods.period_grain
    and starts.first_start_date <= periods.period_start_date
