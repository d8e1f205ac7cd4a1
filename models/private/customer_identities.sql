with
    records as (select * from {{ ref("int_customers_resolved") }}),

    final as (
        select
            -- ids
            {{ customer_key("source_system", "source_customer_id") }} as identity_key,
            customer_id,
            source_system,
            source_customer_id,
            {{ source_key("source_system", "source_customer_id") }} as record_key

        from records
    )

select *
from final
