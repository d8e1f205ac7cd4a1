{# Puts every row of a CTE into one of four states, as of the day; ends in the CTE `stated` (the rows,
   `row_state`, `is_replaced`: the file has other content by now, and `version_rank`: 1 for the newest version of a key).
   The CTE carries the contract's columns, as_of_date, as_of_end_at, updated_at where the table has one, and `refusals`.
   In order:
     superseded   the file has other content by now, and the row does not say when it was true, or is refused
     quarantined  it lies in the future of what was observed
     not_yet      it became known after the as-of date; or it happens after it (`not_yet` = a condition over the CTE), and
                  does not say when it became known
     quarantined  it has no key
     accepted     the version in force: the latest updated_at among the rows that nothing speaks against (null = always
                  known), ties to the file's content of now, then to the greatest canonical text; not_yet where that
                  version happens after the as-of date
     quarantined  the latest of the refused versions, unless a version in force is as new
     superseded   every other version
   Only keys that come more than once are sorted. #}
{% macro row_states(relation, table_name, key, not_yet="false", refusals="refusals") -%}
    {%- set contract = contract_of(table_name) -%}
    {%- set names = contract.columns | map(attribute="name") | list -%}
    {%- set version_at = (
        "coalesce(updated_at, timestamp '0001-01-01')"
        if "updated_at" in names
        else "timestamp '0001-01-01'"
    ) -%}
    replaced_files as (
        select landing_file_id from {{ ref("stg_landing_files") }} where not is_current
    ),

    bounded as (
        select
            {{ relation }}.*,
            case
                when
                    replaced_files.landing_file_id is not null
                    {%- if "updated_at" in names %}
                        and (
                            {{ relation }}.updated_at is null
                            or {{ relation }}.{{ refusals }} <> ''
                        )
                    {%- endif %}
                then 'superseded'
                when {{ relation }}.{{ refusals }} like '%:in_the_future%'
                then 'quarantined'
                {%- if "updated_at" in names %}
                    when {{ relation }}.updated_at >= {{ relation }}.as_of_end_at
                    then 'not_yet'
                    when {{ relation }}.updated_at is null and ({{ not_yet }})
                    then 'not_yet'
                {%- else %} when {{ not_yet }} then 'not_yet'
                {%- endif %}
                when
                    {% for column in key -%}
                        {{ relation }}.{{ column }} is null{{ " or " if not loop.last }}
                    {%- endfor %}
                then case when {{ not_yet }} then 'not_yet' else 'quarantined' end
            end as early_state,
            coalesce({{ not_yet }}, false) as is_not_yet,
            replaced_files.landing_file_id is not null as is_replaced

        from {{ relation }}
        left join
            replaced_files
            on {{ relation }}.landing_file_id = replaced_files.landing_file_id
    ),

    repeated_keys as (
        select {{ key | join(", ") }}
        from bounded
        where early_state is null
        group by {{ key | join(", ") }}
        having count(*) > 1
    ),

    versions_ranked as (
        select
            landing_file_id,
            record_number,
            {{ refusals }} = '' as is_sound,
            {{ version_at }} as version_at,
            row_number() over (
                partition by {{ key | join(", ") }}, {{ refusals }} = ''
                order by
                    {{ version_at }} desc,
                    is_replaced,
                    concat_ws(
                        '|'
                        {%- for name in names %}
                            , coalesce(cast({{ name }} as {{ dbt.type_string() }}), '')
                        {%- endfor %}
                    ) desc,
                    landing_file_id desc,
                    record_number desc
            ) as version_rank,
            max(case when {{ refusals }} = '' then {{ version_at }} end) over (
                partition by {{ key | join(", ") }}
            ) as in_force_at

        from bounded
        inner join repeated_keys using ({{ key | join(", ") }})
        where early_state is null
    ),

    stated as (
        select
            bounded.*,
            coalesce(versions_ranked.version_rank, 1) as version_rank,
            case
                when bounded.early_state is not null
                then bounded.early_state
                when versions_ranked.landing_file_id is null
                then
                    case
                        when bounded.is_not_yet
                        then 'not_yet'
                        when bounded.{{ refusals }} = ''
                        then 'accepted'
                        else 'quarantined'
                    end
                when versions_ranked.is_sound and versions_ranked.version_rank = 1
                then case when bounded.is_not_yet then 'not_yet' else 'accepted' end
                when
                    versions_ranked.is_sound
                    or versions_ranked.in_force_at >= versions_ranked.version_at
                then 'superseded'
                when versions_ranked.version_rank = 1
                then case when bounded.is_not_yet then 'not_yet' else 'quarantined' end
                else 'superseded'
            end as row_state

        from bounded
        left join
            versions_ranked
            on bounded.landing_file_id = versions_ranked.landing_file_id
            and bounded.record_number = versions_ranked.record_number
    )
{%- endmacro %}
