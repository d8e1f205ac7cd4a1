with
    due as (
        select distinct source_system, source_customer_id
        from {{ ref("int_erasures_due") }}
        where source_customer_id is not null
    ),

    records as (select * from {{ ref("int_identity_records") }}),

    rules as (select * from {{ ref("identity_rules") }}),

    -- the name tells whether a value that several people use means this one; what a
    -- weak rule looks at would join strangers, now that nothing else speaks against it
    keys as (
        select keys.record_id, keys.match_rule, keys.key_value
        from {{ ref("int_identity_keys") }} as keys
        inner join rules on keys.match_rule = rules.match_rule
        where not keys.is_excluded and not rules.is_weak

        union all

        select record_id, 'name' as match_rule, name_key as key_value
        from records
    ),

    final as (
        select distinct
            due.source_system,
            due.source_customer_id,
            keys.match_rule,
            {{ keyed("keys.key_value") }} as keyed_value

        from due
        inner join
            records
            on due.source_system = records.source_system
            and due.source_customer_id = records.source_customer_id
        inner join keys on records.record_id = keys.record_id
    )

select *
from final
where keyed_value is not null
