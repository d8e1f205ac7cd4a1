-- A join on the way to a state must neither multiply a row nor drop one.
with
    landed as (
        {%- for table in landed_tables() %}
            select '{{ table }}' as table_name, landing_file_id, record_number
            from {{ ref("stg_" ~ table) }}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    states as (
        select table_name, landing_file_id, record_number, count(*) as state_count
        from {{ ref("int_row_states") }}
        group by table_name, landing_file_id, record_number
    )

select *
from landed
full outer join states using (table_name, landing_file_id, record_number)
where coalesce(state_count, 0) <> 1
