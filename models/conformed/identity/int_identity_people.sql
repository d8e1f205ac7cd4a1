with
    keys as (
        select record_id, match_rule, key_value
        from {{ ref("int_identity_keys") }}
        where not is_excluded
    ),

    records as (
        select
            record_id,
            name_key,
            first_word,
            birth_date,
            gender_key,
            keyed_name,
            erased_birth_year
        from {{ ref("int_identity_records") }}
    ),

    repeated_values as (
        select match_rule, key_value
        from keys
        group by match_rule, key_value
        having count(*) > 1
    ),

    -- within a value, records of the same name and birth date are one person
    people as (
        select
            keys.match_rule,
            keys.key_value,
            keys.record_id,
            records.name_key,
            records.first_word,
            records.birth_date,
            records.gender_key,
            records.keyed_name,
            records.erased_birth_year,
            min(keys.record_id) over (
                partition by
                    keys.match_rule,
                    keys.key_value,
                    records.name_key,
                    records.birth_date,
                    records.keyed_name,
                    records.erased_birth_year
            ) as person_record_id

        from keys
        inner join
            repeated_values
            on keys.match_rule = repeated_values.match_rule
            and keys.key_value = repeated_values.key_value
        inner join records on keys.record_id = records.record_id
    ),

    counted as (
        select match_rule, key_value, count(distinct person_record_id) as people_count
        from people
        group by match_rule, key_value
    ),

    rules as (select match_rule, max_people from {{ ref("identity_rules") }})

select
    people.*,
    counted.people_count,
    coalesce(counted.people_count > rules.max_people, false) as is_shared
from people
inner join
    counted
    on people.match_rule = counted.match_rule
    and people.key_value = counted.key_value
inner join rules on people.match_rule = rules.match_rule
