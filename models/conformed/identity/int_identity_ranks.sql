{#- How the records of one person stand to each other; 1 speaks first. -#}
with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    trusts as (select source_system, trust_rank from {{ ref("source_systems") }}),

    measured as (
        select
            resolved.customer_id,
            resolved.record_id,
            records.source_system,
            records.customer_id as source_customer_id,
            coalesce(records.updated_at, records.created_at) as changed_at,
            coalesce(trusts.trust_rank, 1000000) as trust_rank,
            records.country_code is null as has_no_country,
            {% for attribute in var("survivorship") -%}
                case when records.{{ attribute }} is null then 0 else 1 end
                {{ "+ " if not loop.last }}
            {%- endfor %} as filled_count

        from records
        inner join
            resolved
            on records.source_system = resolved.source_system
            and records.customer_id = resolved.source_customer_id
        left join trusts on records.source_system = trusts.source_system
    )

    {%- set newest_first = "changed_at desc nulls last, record_id" %}

select
    customer_id,
    record_id,
    source_system,
    source_customer_id,
    row_number() over (
        partition by customer_id order by {{ newest_first }}
    ) as newest_rank,
    row_number() over (
        partition by customer_id order by trust_rank, {{ newest_first }}
    ) as most_trusted_rank,
    row_number() over (
        partition by customer_id order by filled_count desc, {{ newest_first }}
    ) as most_complete_rank,
    row_number() over (partition by customer_id order by record_id) as oldest_rank,
    row_number() over (
        partition by customer_id order by has_no_country, {{ newest_first }}
    ) as place_rank

from measured
