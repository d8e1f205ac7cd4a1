{#- Pairs of records that a rule would join, and a guard keeps apart. -#}
with
    links as (select * from {{ ref("int_identity_links") }}),

    groups as (select * from {{ ref("int_identity_groups") }}),

    pairs as (select * from {{ ref("int_identity_pairs") }}),

    contested_values as (
        select distinct match_rule, key_value from pairs where verdict = 'refused'
    ),

    not_joined as (
        select
            links.match_rule,
            links.record_id,
            links.matched_record_id,
            case
                when groups.guard <> ''
                then groups.guard
                when links.is_weak
                then 'weak_bridge'
                else 'never_merge'
            end as guard

        from links
        left join groups on links.record_id = groups.record_id
        left join groups as matched on links.matched_record_id = matched.record_id
        where
            coalesce(groups.group_record_id, links.record_id)
            <> coalesce(matched.group_record_id, links.matched_record_id)
    ),

    spoken_against as (
        select distinct
            pairs.match_rule,
            pairs.record_id,
            pairs.matched_record_id,
            case
                when pairs.verdict = 'refused'
                then 'contradiction'
                else 'contested_value'
            end as guard

        from pairs
        inner join
            contested_values
            on pairs.match_rule = contested_values.match_rule
            and pairs.key_value = contested_values.key_value
        where pairs.verdict <> 'agreed'
    )

select guard, match_rule, record_id, matched_record_id
from not_joined

union all

select guard, match_rule, record_id, matched_record_id
from spoken_against
