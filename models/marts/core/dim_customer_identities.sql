with
    records as (select * from {{ ref("int_customers_resolved") }}),

    final as (
        select
            {{ source_key("source_system", "source_customer_id") }} as identity_key,
            source_system,
            source_customer_id,
            customer_id,
            match_rule,
            matched_with

        from records
    )

select *
from final
