with
    as_of as (select as_of_date from {{ ref("int_as_of") }}),

    changes as (
        select
            ledger.*,
            {{ source_key("ledger.source_system", "ledger.source_customer_id") }}
            as record_key

        from {{ ref("int_identity_ledger") }} as ledger
        inner join as_of on ledger.as_of_date <= as_of.as_of_date
        where ledger.former_person_key is not null
    ),

    -- customers whose oldest record itself went to somebody else in that refresh
    retired as (
        select
            observed_until_at,
            record_key as former_person_key,
            person_key as new_person_key
        from changes
        where former_person_key = record_key
    ),

    final as (
        select
            changes.observed_until_at as changed_at,
            changes.as_of_date,
            {{ pseudonym("changes.record_key") }} as identity_key,
            {{ pseudonym("changes.former_person_key") }} as former_customer_id,
            {{ pseudonym("changes.person_key") }} as customer_id,
            case
                when retired.new_person_key is null then 'split' else 'merged'
            end as change_type,
            changes.match_rule

        from changes
        left join
            retired
            on changes.observed_until_at = retired.observed_until_at
            and changes.former_person_key = retired.former_person_key
            and changes.person_key = retired.new_person_key
    )

select *
from final
