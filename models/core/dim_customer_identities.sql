with
    records as (select * from {{ ref("int_customers_resolved") }}),

    final as (
        select
            {{ customer_key("source_system", "source_customer_id") }} as identity_key,
            source_system,
            {{ published_source_id("source_system", "source_customer_id") }}
            as source_customer_id,
            customer_id,
            match_rule,
            {{ pseudonym("matched_with") }} as matched_with

        from records
    )

select *
from final
