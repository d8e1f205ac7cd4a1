with
    people as (
        select *
        from {{ ref("int_identity_people") }}
        where record_id = person_record_id and people_count > 1 and not is_shared
    ),

    compared as (
        select
            younger.match_rule,
            younger.key_value,
            younger.record_id,
            older.record_id as matched_record_id,
            case
                when younger.keyed_name is null and older.keyed_name is null
                then {{ names_alike("younger", "older") }}
                else
                    coalesce(younger.keyed_name, {{ keyed("younger.name_key") }})
                    = coalesce(older.keyed_name, {{ keyed("older.name_key") }})
            end as is_name_alike,
            {{ births_alike("younger", "older") }} as is_birth_alike,
            -- of an erased person the year is left
            abs(
                coalesce(
                    extract(year from younger.birth_date), younger.erased_birth_year
                )
                - coalesce(extract(year from older.birth_date), older.erased_birth_year)
            ) as years_apart,
            younger.gender_key <> older.gender_key as is_of_another_gender

        from people as younger
        inner join
            people as older
            on younger.match_rule = older.match_rule
            and younger.key_value = older.key_value
            and younger.record_id > older.record_id
    ),

    -- another year is of somebody else, though the same one proves nothing
    known_years as (
        select
            match_rule,
            key_value,
            record_id,
            matched_record_id,
            is_name_alike,
            coalesce(
                is_birth_alike, case when years_apart > 0 then false end
            ) as is_birth_alike,
            years_apart >= 12 as is_generation_apart,
            is_of_another_gender

        from compared
    ),

    -- twins are born alike, father and son may be named alike: neither outweighs the
    -- other; Daniel and Daniela are told apart by gender
    judged as (
        select
            match_rule,
            key_value,
            record_id,
            matched_record_id,
            case
                when not is_name_alike
                then 'refused'
                when is_name_alike is null and is_of_another_gender
                then 'refused'
                when not coalesce(is_birth_alike, false) and is_generation_apart
                then 'refused'
                when is_name_alike or is_birth_alike
                then 'agreed'
                when not is_birth_alike
                then 'refused'
                else 'unknown'
            end as verdict

        from known_years
    )

select *
from judged
