with
    row_states as (select * from {{ ref("int_row_states") }}),

    files as (select * from {{ ref("stg_landing_files") }}),

    repeated as (select * from {{ ref("int_keys_within_files") }}),

    -- one row a version in force that was put before others that differ
    winners as (
        select
            lost.lost_to_file_id as landing_file_id,
            lost.lost_to_record_number as record_number,
            bool_or(lost.is_lost_by_file_order) as is_decided,
            bool_or(lost.has_greater_text) as is_changed,
            max(
                case when lost.is_lost_by_file_order then files.file_order end
            ) as other_file_order

        from row_states as lost
        inner join files on lost.landing_file_id = files.landing_file_id
        where lost.lost_to_file_id is not null
        group by lost.lost_to_file_id, lost.lost_to_record_number
    ),

    won as (
        select
            landing_file_id,
            cast(count_if(is_decided) as bigint) as decided_key_count,
            cast(count_if(is_changed) as bigint) as changed_key_count,
            min(case when is_decided then record_number end) as first_record_number

        from winners
        group by landing_file_id
    ),

    -- keys of which a file that landed before keeps the last word
    late_keys as (
        select
            row_states.landing_file_id,
            row_states.lost_to_file_id,
            row_states.lost_to_record_number

        from row_states
        inner join files on row_states.landing_file_id = files.landing_file_id
        inner join
            files as winning_files
            on row_states.lost_to_file_id = winning_files.landing_file_id
        where row_states.is_lost_by_file_order
        group by
            row_states.landing_file_id,
            row_states.lost_to_file_id,
            row_states.lost_to_record_number
        -- as a condition of the join it would pair all files with each other
        having bool_or(files.landed_at > winning_files.landed_at)
    ),

    late as (
        select landing_file_id, cast(count(*) as bigint) as late_key_count
        from late_keys
        group by landing_file_id
    ),

    examples as (
        select
            won.landing_file_id,
            others.file_path as other_file_path,
            max(row_states.record_number) as other_record_number

        from won
        inner join
            winners
            on won.landing_file_id = winners.landing_file_id
            and won.first_record_number = winners.record_number
        inner join
            row_states
            on winners.landing_file_id = row_states.lost_to_file_id
            and winners.record_number = row_states.lost_to_record_number
        inner join
            files as others
            on row_states.landing_file_id = others.landing_file_id
            and winners.other_file_order = others.file_order
        where row_states.is_lost_by_file_order
        group by won.landing_file_id, others.file_path
    ),

    conflicts as (
        select
            landing_file_id,
            cast(sum(row_count - 1) as bigint) as repeated_row_count,
            cast(count_if(is_conflicting) as bigint) as conflicting_key_count,
            min(
                case when is_conflicting then first_record_number end
            ) as first_record_number

        from repeated
        group by landing_file_id
    ),

    conflict_examples as (
        select
            conflicts.landing_file_id,
            max(repeated.last_record_number) as last_record_number

        from conflicts
        inner join
            repeated
            on conflicts.landing_file_id = repeated.landing_file_id
            and conflicts.first_record_number = repeated.first_record_number
        where repeated.is_conflicting
        group by conflicts.landing_file_id
    ),

    final as (
        select
            -- ids
            files.landing_file_id,
            files.table_name,
            files.file_path,

            -- dates
            files.landed_at,

            -- flags
            {% if list_setting("newest_file_wins") %}
                files.table_name
                in ('{{ list_setting("newest_file_wins") | join("', '") }}')
            {% else %} false
            {% endif %} as is_meant,

            -- counts
            coalesce(won.decided_key_count, 0) as decided_key_count,
            coalesce(won.changed_key_count, 0) as changed_key_count,
            coalesce(late.late_key_count, 0) as late_key_count,
            files.landed_row_count
            - coalesce(conflicts.repeated_row_count, 0) as key_count,
            coalesce(conflicts.conflicting_key_count, 0) as conflicting_key_count,

            -- examples
            won.first_record_number,
            examples.other_file_path,
            examples.other_record_number,
            conflicts.first_record_number as conflict_first_record_number,
            conflict_examples.last_record_number as conflict_last_record_number

        from files
        left join won on files.landing_file_id = won.landing_file_id
        left join late on files.landing_file_id = late.landing_file_id
        left join examples on files.landing_file_id = examples.landing_file_id
        left join conflicts on files.landing_file_id = conflicts.landing_file_id
        left join
            conflict_examples
            on files.landing_file_id = conflict_examples.landing_file_id
        where
            coalesce(won.decided_key_count, 0) > 0
            or coalesce(won.changed_key_count, 0) > 0
            or late.late_key_count > 0
            or conflicts.conflicting_key_count > 0
    )

select *
from final
