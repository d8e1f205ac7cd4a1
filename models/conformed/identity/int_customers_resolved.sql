with
    records as (
        select record_id, source_system, source_customer_id
        from {{ ref("int_identity_records") }}
    ),

    groups as (select * from {{ ref("int_identity_groups") }} where guard = ''),

    rules as (select match_rule, rule_rank from {{ ref("identity_rules") }}),

    resolved as (
        select
            records.source_system,
            records.source_customer_id,
            {{ customer_key("oldest.source_system", "oldest.source_customer_id") }}
            as customer_id,
            case
                when groups.record_id is null
                then 'single_record'
                when groups.record_id = groups.group_record_id
                then 'oldest_record'
                else rules.match_rule
            end as match_rule,
            {{ source_key("matched.source_system", "matched.source_customer_id") }}
            as matched_with,
            {{ source_key("oldest.source_system", "oldest.source_customer_id") }}
            as person_key,
            records.record_id,
            oldest.record_id as oldest_record_id

        from records
        left join groups on records.record_id = groups.record_id
        inner join
            records as oldest
            on coalesce(groups.group_record_id, records.record_id) = oldest.record_id
        left join records as matched on groups.matched_record_id = matched.record_id
        left join rules on groups.rule_rank = rules.rule_rank
    )

select *
from resolved
