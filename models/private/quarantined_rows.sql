with
    reasons as (
        select
            table_name,
            landing_file_id,
            record_number,
            is_unreadable,
            {{
                dbt.listagg(
                    "case when column_name = '' then reason else column_name || ': ' || reason end",
                    "'; '",
                    "order by column_name, reason",
                )
            }}
            as reasons

        from {{ ref("int_quarantined_reasons") }}
        group by table_name, landing_file_id, record_number, is_unreadable
    ),

    files as (select * from {{ ref("stg_landing_files") }}),

    row_texts as (
        {%- for table_name in landed_tables() %}
            select
                '{{ table_name }}' as table_name,
                landed.landing_file_id,
                landed.record_number,
                false as is_unreadable,
                {{ row_json("landed") }} as row_text

            from {{ source("raw", table_name) }} as landed
            inner join
                reasons
                on landed.landing_file_id = reasons.landing_file_id
                and landed.record_number = reasons.record_number
                and reasons.table_name = '{{ table_name }}'
                and not reasons.is_unreadable

            union all
        {%- endfor %}

        select
            table_name, landing_file_id, record_number, true as is_unreadable, row_text
        from {{ ref("stg_landing_rejects") }}
    ),

    final as (
        select
            reasons.table_name,
            files.file_path,
            reasons.landing_file_id,
            reasons.record_number,
            reasons.reasons,
            row_texts.row_text

        from reasons
        inner join files on reasons.landing_file_id = files.landing_file_id
        left join
            row_texts
            on reasons.table_name = row_texts.table_name
            and reasons.landing_file_id = row_texts.landing_file_id
            and reasons.record_number = row_texts.record_number
            and reasons.is_unreadable = row_texts.is_unreadable
    )

select *
from final
