with
    refused as (
        select * from {{ ref("int_row_states") }} where row_state = 'quarantined'
    ),

    files as (select * from {{ ref("stg_landing_files") }} where is_current),

    rejects as (select * from {{ ref("stg_landing_rejects") }}),

    split as (
        select
            refused.table_name, refused.landing_file_id, refused.record_number, refusal

        from refused {{ parts_of("refused.refusals", ";", "refusal") }}
    )

select
    split.table_name,
    split.landing_file_id,
    split.record_number,
    false as is_unreadable,
    split_part(split.refusal, ':', 1) as column_name,
    split_part(split.refusal, ':', 2) as reason

from split

union all

select
    rejects.table_name,
    rejects.landing_file_id,
    rejects.record_number,
    true as is_unreadable,
    '' as column_name,
    rejects.reason

from rejects
inner join files on rejects.landing_file_id = files.landing_file_id
