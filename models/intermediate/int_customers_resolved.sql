with
    records as (
        select * from {{ ref("int_customers_judged") }} where row_state = 'accepted'
    ),

    resolved as (
        select
            source_system,
            customer_id as source_customer_id,
            {{ source_key("source_system", "customer_id") }} as customer_id,
            'single_record' as match_rule,
            cast(null as {{ dbt.type_string() }}) as matched_with

        from records
    )

select *
from resolved
