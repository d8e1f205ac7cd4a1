with
    counted as (
        select
            landing_file_id,
            cast(count_if(refusals = '') as bigint) as accepted_row_count,
            cast(count_if(refusals <> '') as bigint) as quarantined_row_count,
            sum(case when refusals = '' then gross_amount end) as accepted_amount,
            sum(case when refusals <> '' then gross_amount end) as quarantined_amount

        from {{ ref("stg_orders") }}
        group by landing_file_id
    )

select
    files.landing_file_id,
    files.table_name,
    files.file_path,
    false as is_replaced,
    files.landed_row_count,
    coalesce(counted.accepted_row_count, 0) as accepted_row_count,
    cast(0 as bigint) as superseded_row_count,
    cast(0 as bigint) as not_yet_row_count,
    coalesce(counted.quarantined_row_count, 0)
    + files.unreadable_row_count as quarantined_row_count,
    files.landed_amount,
    cast(coalesce(counted.accepted_amount, 0) as decimal(38, 6)) as accepted_amount,
    cast(0 as decimal(38, 6)) as superseded_amount,
    cast(0 as decimal(38, 6)) as not_yet_amount,
    cast(
        coalesce(counted.quarantined_amount, 0) as decimal(38, 6)
    ) as quarantined_amount

from {{ source("raw", "landing_files") }} as files
left join counted on files.landing_file_id = counted.landing_file_id
where files.is_current
