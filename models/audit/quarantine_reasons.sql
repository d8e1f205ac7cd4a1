with
    reasons as (select * from {{ ref("int_quarantined_reasons") }}),

    files as (select * from {{ ref("stg_landing_files") }}),

    final as (
        select
            -- ids
            reasons.table_name,
            reasons.landing_file_id,
            files.file_path,

            -- categories
            reasons.column_name,
            reasons.reason,

            -- counts
            count(*) as row_count,
            min(reasons.record_number) as first_record_number

        from reasons
        inner join files on reasons.landing_file_id = files.landing_file_id
        group by
            reasons.table_name,
            reasons.landing_file_id,
            files.file_path,
            reasons.column_name,
            reasons.reason
    )

select *
from final
