with
    fits as (select * from {{ ref("int_lifetime_fits") }} where parameter is not null),

    as_of as (select * from {{ ref("int_as_of") }}),

    final as (
        select fits.model, fits.parameter, fits.value, fits.is_converged

        from fits
        inner join as_of on cast(fits.snapshot_date as date) = as_of.as_of_date
    )

select *
from final
