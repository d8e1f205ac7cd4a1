{#- words that a lookup sorts: the fact that holds them, and what a missing one is called there -#}
{%- set words = [
    ("ticket_statuses", "fct_tickets", "status", "tickets"),
    ("contact_outcomes", "fct_contacts", "outcome", "contacts"),
] -%}
with
    {%- for lookup, fact, column, table in words %}
        {{ lookup }}_unknown as (
            select
                '{{ lookup }}' as lookup_name,
                '{{ table }}' as table_name,
                '{{ column }}' as column_name,
                facts.{{ column }} as word,
                cast(count(*) as bigint) as row_count

            from {{ ref(fact) }} as facts
            left join
                {{ ref(lookup) }} as lookups
                on lower(facts.{{ column }}) = lower(lookups.{{ column }})
            where facts.{{ column }} <> 'unknown' and lookups.{{ column }} is null
            group by facts.{{ column }}
        ),
    {%- endfor %}

    final as (
        {%- for lookup, fact, column, table in words %}
            select *
            from {{ lookup }}_unknown
            {%- if not loop.last %}

                union all

            {% endif %}
        {%- endfor %}
    )

select *
from final
