-- Between the state of a row and its fact nothing is dropped or multiplied. Points that
-- lapsed without an entry of their own are no row of a source.
{%- set facts = {
    "orders": "fct_orders",
    "order_lines": "fct_order_lines",
    "refunds": "fct_refunds",
    "survey_responses": "fct_survey_responses",
    "contacts": "fct_contacts",
    "tickets": "fct_tickets",
    "loyalty_entries": "fct_loyalty_entries",
} %}
with
    accepted as (
        select * from {{ ref("int_row_states") }} where row_state = 'accepted'
    ),

    facts as (
        {%- for table, fact in facts.items() %}
            select '{{ table }}' as table_name, landing_file_id, record_number
            from {{ ref(fact) }}
            {%- if table == "loyalty_entries" %} where not is_derived {%- endif %}
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    counted as (
        select table_name, landing_file_id, record_number, count(*) as fact_count
        from facts
        group by table_name, landing_file_id, record_number
    ),

    compared as (
        select *
        from accepted
        full outer join counted using (table_name, landing_file_id, record_number)
        where table_name in ('{{ facts | join("', '") }}')
    )

select *
from compared
where row_state is null or coalesce(fact_count, 0) <> 1
