with
    refusals as (select * from {{ ref("int_identity_refusals") }}),

    values_excluded as (
        select
            'excluded_value' as guard,
            match_rule,
            count(distinct key_value) as case_count,
            count(distinct record_id) as record_count

        from {{ ref("int_identity_keys") }}
        where is_excluded
        group by match_rule
    ),

    values_shared as (
        select
            'shared_value' as guard,
            match_rule,
            count(distinct key_value) as case_count,
            count(distinct record_id) as record_count

        from {{ ref("int_identity_people") }}
        where is_shared
        group by match_rule
    ),

    refused_records as (
        select guard, match_rule, record_id, 1 as pair_count
        from refusals

        union all

        select guard, match_rule, matched_record_id as record_id, 0 as pair_count
        from refusals
    ),

    pairs_refused as (
        select
            guard,
            match_rule,
            sum(pair_count) as case_count,
            count(distinct record_id) as record_count

        from refused_records
        group by guard, match_rule
    ),

    unioned as (
        select *
        from values_excluded

        union all

        select *
        from values_shared

        union all

        select *
        from pairs_refused
    ),

    final as (
        select
            guard,
            match_rule,
            cast(case_count as bigint) as case_count,
            cast(record_count as bigint) as record_count

        from unioned
    )

select *
from final
