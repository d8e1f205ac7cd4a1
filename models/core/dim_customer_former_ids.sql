with
    resolved as (
        select
            customer_id,
            person_key,
            {{ source_key("source_system", "source_customer_id") }} as record_key

        from {{ ref("int_customers_resolved") }}
    ),

    as_of as (select as_of_date from {{ ref("int_as_of") }}),

    ledger as (
        select
            ledger.as_of_date,
            {{ source_key("ledger.source_system", "ledger.source_customer_id") }}
            as record_key,
            ledger.former_person_key

        from {{ ref("int_identity_ledger") }} as ledger
        inner join as_of on ledger.as_of_date <= as_of.as_of_date
    ),

    retirements as (
        select record_key, max(as_of_date) as retired_date
        from ledger
        where former_person_key = record_key
        group by record_key
    ),

    final as (
        select
            {{ pseudonym("resolved.record_key") }} as former_customer_id,
            resolved.customer_id,
            retirements.retired_date

        from resolved
        left join retirements on resolved.record_key = retirements.record_key
        where resolved.record_key <> resolved.person_key
    )

select *
from final
