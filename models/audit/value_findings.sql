with
    files as (select * from {{ ref("stg_landing_files") }} where is_current),

    as_of as (select as_of_date from {{ ref("int_as_of") }}),

    placeholders as (
        select placeholder
        from {{ ref("placeholders") }}
        where column_name = 'birth_date'
    ),

    told as (
        {%- for table_name in landed_tables() %}
            select
                '{{ table_name }}' as table_name,
                landing_file_id,
                record_number,
                findings
            from {{ ref("stg_" ~ table_name) }}
            where findings <> ''
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    split as (
        select told.table_name, told.landing_file_id, told.record_number, finding
        from told {{ parts_of("told.findings", ";", "finding") }}
    ),

    born as (
        select
            staged_rows.landing_file_id,
            staged_rows.record_number,
            case
                when placeholders.placeholder is not null
                then 'placeholder'
                when staged_rows.birth_date > as_of.as_of_date
                then 'in_the_future'
            end as finding

        from {{ ref("stg_customers") }} as staged_rows
        left join placeholders on staged_rows.birth_date = placeholders.placeholder
        cross join as_of
    ),

    found as (
        select
            table_name,
            split_part(finding, ':', 1) as column_name,
            split_part(finding, ':', 2) as finding,
            landing_file_id,
            record_number
        from split

        union all

        select
            'customers' as table_name,
            'birth_date' as column_name,
            finding,
            landing_file_id,
            record_number
        from born
        where finding is not null
    ),

    located as (
        select
            found.*,
            files.file_path,
            files.landed_at,
            max(files.landed_at) over (
                partition by found.table_name, found.column_name, found.finding
            ) as last_landed_at,
            row_number() over (
                partition by found.table_name, found.column_name, found.finding
                order by files.landed_at desc, files.file_path, found.record_number
            ) as place_rank

        from found
        inner join files on found.landing_file_id = files.landing_file_id
    ),

    final as (
        select
            -- ids
            table_name,
            max(case when place_rank = 1 then file_path end) as file_path,
            max(case when place_rank = 1 then record_number end) as record_number,

            -- categories
            column_name,
            finding,

            -- dates
            max(last_landed_at) as last_landed_at,

            -- counts
            count(*) as row_count,
            cast(count_if(landed_at = last_landed_at) as bigint) as last_row_count

        from located
        group by table_name, column_name, finding
    )

select *
from final
