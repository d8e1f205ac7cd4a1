with
    files as (select * from {{ ref("stg_landing_files") }}),

    row_states as (select * from {{ ref("int_row_states") }}),

    counted as (
        select
            landing_file_id,
            {%- for state in ["accepted", "superseded", "not_yet", "quarantined"] %}
                cast(
                    count_if(row_state = '{{ state }}') as bigint
                ) as {{ state }}_row_count,
                sum(
                    case when row_state = '{{ state }}' then control_amount end
                ) as {{ state }}_amount{{ "," if not loop.last }}
            {%- endfor %}

        from row_states
        group by landing_file_id
    ),

    final as (
        select
            -- ids
            files.landing_file_id,
            files.table_name,
            files.file_path,

            -- flags
            not files.is_current as is_replaced,

            -- counts
            files.landed_row_count,
            coalesce(counted.accepted_row_count, 0) as accepted_row_count,
            -- a record that could not even be read is in no table: it is in
            -- quarantine, or superseded with its file
            coalesce(counted.superseded_row_count, 0) + case
                when files.is_current then 0 else files.unreadable_row_count
            end as superseded_row_count,
            coalesce(counted.not_yet_row_count, 0) as not_yet_row_count,
            coalesce(counted.quarantined_row_count, 0) + case
                when files.is_current then files.unreadable_row_count else 0
            end as quarantined_row_count,

            -- money
            files.landed_amount,
            {%- for state in ["accepted", "superseded", "not_yet", "quarantined"] %}
                case
                    when files.landed_amount is not null
                    then cast(coalesce(counted.{{ state }}_amount, 0) as decimal(38, 6))
                end as {{ state }}_amount{{ "," if not loop.last }}
            {%- endfor %}

        from files
        left join counted on files.landing_file_id = counted.landing_file_id
    )

select *
from final
