with
    as_of as (select * from {{ ref("int_as_of") }}),

    dated as (
        select
            staged_rows.*,
            coalesce(
                staged_rows.started_on,
                {{
                    local_date(
                        "staged_rows.started_at", "'" ~ business_timezone() ~ "'"
                    )
                }}
            ) as started_date,
            coalesce(
                staged_rows.ended_on,
                {{
                    local_date(
                        "staged_rows.ended_at", "'" ~ business_timezone() ~ "'"
                    )
                }}
            ) as ended_date,
            as_of.as_of_date,
            as_of.as_of_end_at

        from {{ ref("stg_campaigns") }} as staged_rows
        cross join as_of
    ),

    {{
        row_states(
            "dated", "campaigns", ["campaign_id"], not_yet="started_date > as_of_date"
        )
    }}

select *
from stated
