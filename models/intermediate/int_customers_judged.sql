with
    staged_rows as (select * from {{ ref("stg_customers") }}),

    markets as (select * from {{ ref("markets") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    dated as (
        select
            staged_rows.*,
            markets.market,
            markets.time_zone,
            coalesce(
                staged_rows.created_on,
                {{
                    local_date(
                        "staged_rows.created_at",
                        "coalesce(markets.time_zone, '" ~ business_timezone() ~ "')",
                    )
                }}
            ) as created_date,
            as_of.as_of_date,
            as_of.as_of_end_at

        from staged_rows
        left join markets on staged_rows.country_code = markets.country_code
        cross join as_of
    ),

    {{
        row_states(
            "dated",
            "customers",
            ["source_system", "customer_id"],
            not_yet="created_date > as_of_date",
        )
    }}

select *
from stated
