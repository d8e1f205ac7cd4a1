with
    starts as (select * from {{ ref("int_dimension_starts") }}),

    periods as (select * from {{ ref("int_periods") }})

select starts.dimension, starts.dimension_value, periods.*
from starts
inner join periods on periods.period_end_date >= starts.first_date
where {{ is_cut_by("starts.dimension", "periods.period_grain") }}
