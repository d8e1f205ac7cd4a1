{%- set surviving = {"referred_by_customer_id": "referred_by_source_customer_id"} -%}
{%- set attributes = (var("survivorship").keys() | list) + [
    "country_code",
    "region",
    "city",
    "postcode",
] -%}
with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    profiles as (
        select * from {{ ref("int_customers_profiled") }} where record_count > 1
    ),

    attributed as (
        {%- for attribute in attributes %}
            select
                profiles.customer_id,
                '{{ attribute }}' as attribute,
                records.source_system,
                records.customer_id as source_customer_id,
                cast(
                    records.{{ attribute }} as {{ dbt.type_string() }}
                ) as attribute_value,
                records.{{ attribute }}
                is not distinct from profiles.{{ surviving.get(attribute, attribute) }}
                as is_surviving

            from records
            inner join
                resolved
                on records.source_system = resolved.source_system
                and records.customer_id = resolved.source_customer_id
            inner join profiles on resolved.customer_id = profiles.customer_id
            where records.{{ attribute }} is not null {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    conflicting as (
        select customer_id, attribute
        from attributed
        group by customer_id, attribute
        having count(distinct attribute_value) > 1
    )

select attributed.*
from attributed
inner join
    conflicting
    on attributed.customer_id = conflicting.customer_id
    and attributed.attribute = conflicting.attribute
