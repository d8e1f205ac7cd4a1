with
    staged_rows as (select * from {{ ref("stg_customers") }}),

    markets as (select * from {{ ref("markets") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    placeholders as (
        select placeholder
        from {{ ref("placeholders") }}
        where column_name = 'birth_date'
    ),

    dated as (
        select
            {%- for column in contract_of("customers").columns %}
                {%- if column.name == "birth_date" %}
                    -- what stands for "unknown", or has not come yet, is no birth date
                    case
                        when
                            placeholders.placeholder is null
                            and staged_rows.birth_date <= as_of.as_of_date
                        then staged_rows.birth_date
                    end as birth_date,
                {%- else %} staged_rows.{{ column.name }},
                {%- endif %}
            {%- endfor %}
            staged_rows.created_on,
            staged_rows.control_amount,
            staged_rows.refusals,
            staged_rows.landing_file_id,
            staged_rows.record_number,
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
        left join placeholders on staged_rows.birth_date = placeholders.placeholder
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
