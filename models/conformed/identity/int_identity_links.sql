with
    people as (
        select
            *,
            coalesce(name_key, keyed_name) is not null
            or birth_date is not null as is_known
        from {{ ref("int_identity_people") }}
        where not is_shared
    ),

    pairs as (select * from {{ ref("int_identity_pairs") }}),

    -- several people use the value: it joins only those who agree
    contested_values as (
        select distinct match_rule, key_value from pairs where verdict = 'refused'
    ),

    found as (
        select match_rule, key_value, record_id, matched_record_id, verdict
        from pairs
        where verdict <> 'refused'

        union all

        select
            match_rule,
            key_value,
            record_id,
            person_record_id as matched_record_id,
            case when is_known then 'agreed' else 'unknown' end as verdict
        from people
        where record_id <> person_record_id
    ),

    uncontested as (
        select found.match_rule, found.record_id, found.matched_record_id, found.verdict
        from found
        left join
            contested_values
            on found.match_rule = contested_values.match_rule
            and found.key_value = contested_values.key_value
        where found.verdict = 'agreed' or contested_values.match_rule is null
    ),

    records as (
        select record_id, source_system, source_customer_id
        from {{ ref("int_identity_records") }}
    ),

    by_hand as (
        select
            'always_merge' as match_rule,
            greatest(one.record_id, other.record_id) as record_id,
            least(one.record_id, other.record_id) as matched_record_id

        from {{ ref("identity_always_merge") }} as listed
        inner join
            records as one
            on listed.source_system = one.source_system
            and listed.source_customer_id = one.source_customer_id
        inner join
            records as other
            on listed.other_source_system = other.source_system
            and listed.other_source_customer_id = other.source_customer_id
        where one.record_id <> other.record_id
    ),

    erased as (
        select
            records.record_id,
            min(records.record_id) over (
                partition by erased_records.person_key
            ) as matched_record_id

        from {{ ref("stg_erased_records") }} as erased_records
        inner join
            records
            on erased_records.source_system = records.source_system
            and erased_records.customer_id = records.source_customer_id
    ),

    joined as (
        select match_rule, record_id, matched_record_id, verdict
        from uncontested

        union all

        select match_rule, record_id, matched_record_id, 'agreed' as verdict
        from by_hand

        union all

        select
            'erased_person' as match_rule,
            record_id,
            matched_record_id,
            'agreed' as verdict
        from erased
        where record_id <> matched_record_id
    ),

    rules as (select * from {{ ref("identity_rules") }})

select
    joined.record_id,
    joined.matched_record_id,
    rules.match_rule,
    rules.rule_rank,
    bool_and(rules.is_weak and joined.verdict = 'unknown') as is_weak

from joined
inner join rules on joined.match_rule = rules.match_rule
group by joined.record_id, joined.matched_record_id, rules.match_rule, rules.rule_rank
