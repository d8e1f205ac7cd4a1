{%- set valued = [
    "orders",
    "order_lines",
    "refunds",
    "costs",
    "tickets",
] -%}
{%- for table_name in landed_tables() %}
    select
        '{{ table_name }}' as table_name,
        landing_file_id,
        record_number,
        row_state,
        {{ "all_refusals" if table_name in valued else "refusals" }} as refusals,
        control_amount,
        lost_to_file_id,
        lost_to_record_number,
        is_lost_by_file_order,
        has_greater_text

    from {{ ref("int_" ~ table_name ~ "_judged") }}
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
