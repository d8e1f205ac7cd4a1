with
    profiles as (select * from {{ ref("int_customers_profiled") }}),

    final as (
        select
            -- ids
            customer_id,

            -- personal
            full_name,
            email,
            phone,
            birth_date,
            city,
            postcode,
            loyalty_number,
            external_ids,

            -- categories
            market,
            language_code,
            preferred_channel

        from profiles
    )

select *
from final
