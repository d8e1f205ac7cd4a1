{# Puts every row of a CTE into one of four states, as of the day; ends in the CTE `name`: the rows, and
     row_state
     is_replaced    the file has other content by now
     is_version     nothing speaks against the row: it says something of its key, from its updated_at on
     version_rank   1 for the newest version of a key
     is_repeated    other rows have its key
     lost_to_file_id, lost_to_record_number   the newest version, where it is of the same moment and differs
     is_lost_by_file_order   nothing but file order put it before this row
     has_greater_text   until there was an order of files, this row would have won
   The CTE carries the contract's columns, as_of_date, as_of_end_at, and `refusals`. In order:
     superseded   the file has other content by now, and the row does not say when it was true, or is refused; or the row is
                  gone: with what it belongs to (`gone` = a condition over the CTE), or since its table is one of
                  `whole_tables` and the newest file has no row of its key
     quarantined  it lies in the future of what was observed
     not_yet      it became known after the as-of date; or it happens after it (`not_yet` = a condition over the CTE), and
                  does not say when it became known
     quarantined  it has no key
     accepted     the version in force: the latest updated_at among the rows that nothing speaks against (null = always
                  known), ties to the file's content of now, then by `ties` (expressions, the lowest first) where the last
                  word may be a wrong one, then to the last in file order; superseded where that version says that the row
                  is deleted, not_yet where it happens after the as-of date
     quarantined  the latest of the refused versions, unless a version in force is as new
     superseded   every other version
   A row that deletes is judged by its key and its updated_at alone. Only keys that come more than once are sorted. #}
{% macro row_states(
    relation,
    table_name,
    key,
    not_yet="false",
    refusals="refusals",
    gone="false",
    ties=[],
    name="stated"
) -%}
    {%- set contract = contract_of(table_name) -%}
    {%- set columns = contract.columns | map(attribute="name") | list -%}
    {%- set deciding = contract.meta.get("key", []) + ["updated_at", "is_deleted"] -%}
    {%- set is_whole = table_name in list_setting("whole_tables") -%}
    {%- set version_at = "coalesce(updated_at, timestamp '0001-01-01')" -%}
    {{ name }}_files as (select * from {{ ref("stg_landing_files") }}),

    {%- if is_whole %}
        {{ name }}_newest_files as (
            select max(file_order) as file_order
            from {{ name }}_files
            where table_name = '{{ table_name }}' and is_current
        ),

        {{ name }}_keys_there as (
            select distinct {{ key | join(", ") }}
            from {{ relation }}
            inner join {{ name }}_files using (landing_file_id)
            inner join {{ name }}_newest_files using (file_order)
        ),
    {%- endif %}

    {{ name }}_placed as (
        select
            {{ relation }}.*,
            coalesce(not files.is_current, false) as is_replaced,
            files.file_order,
            coalesce({{ relation }}.is_deleted, false) as is_deletion,
            coalesce({{ not_yet }}, false) as is_not_yet,
            coalesce({{ gone }}, false)
            {%- if is_whole %}
                or (
                    there.{{ key | first }} is null
                    and files.file_order <> newest_files.file_order
                )
            {%- endif %} as is_gone,
            -- a row that deletes needs no more than its key
            {{ relation }}.{{ refusals }} = ''
            or (
                coalesce({{ relation }}.is_deleted, false)
                {%- for column in deciding %}
                    and concat(';', {{ relation }}.{{ refusals }})
                    not like '%;{{ column }}:%'
                {%- endfor %}
            ) as is_sound

        from {{ relation }}
        left join
            {{ name }}_files as files
            on {{ relation }}.landing_file_id = files.landing_file_id
        {%- if is_whole %}
            cross join {{ name }}_newest_files as newest_files
            left join
                {{ name }}_keys_there as there
                on {% for column in key -%}
                    {{ relation }}.{{ column }} = there.{{ column }}
                    {{- " and " if not loop.last }}
                {%- endfor %}
        {%- endif %}
    ),

    {{ name }}_bounded as (
        select
            *,
            case
                when is_gone or (is_replaced and (updated_at is null or not is_sound))
                then 'superseded'
                when {{ refusals }} like '%:in_the_future%' and not is_sound
                then 'quarantined'
                when updated_at >= as_of_end_at or (updated_at is null and is_not_yet)
                then 'not_yet'
                when
                    {% for column in key -%}
                        {{ column }} is null{{ " or " if not loop.last }}
                    {%- endfor %}
                then case when is_not_yet then 'not_yet' else 'quarantined' end
            end as early_state

        from {{ name }}_placed
    ),

    {{ name }}_repeated_keys as (
        select {{ key | join(", ") }}
        from {{ name }}_bounded
        where early_state is null
        group by {{ key | join(", ") }}
        having count(*) > 1
    ),

    {{ name }}_texts as (
        select
            {{ key | join(", ") }},
            landing_file_id,
            record_number,
            file_order,
            is_replaced,
            is_sound,
            {{ version_at }} as version_at,
            {%- for tie in ties %} {{ tie }} as tie_{{ loop.index }}, {%- endfor %}
            concat_ws(
                '|'
                {%- for column in columns %}
                    , coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
                {%- endfor %}
            ) as row_text

        from {{ name }}_bounded
        inner join {{ name }}_repeated_keys using ({{ key | join(", ") }})
        where early_state is null
    ),

    {{ name }}_ranked as (
        select
            *,
            row_number() over newest_first as version_rank,
            first_value(landing_file_id) over newest_first as newest_file_id,
            first_value(record_number) over newest_first as newest_record_number,
            first_value(version_at) over newest_first as newest_at,
            first_value(is_replaced) over newest_first as newest_is_replaced,
            first_value(row_text) over newest_first as newest_text,
            {%- for tie in ties %}
                first_value(tie_{{ loop.index }}) over newest_first
                as newest_tie_{{ loop.index }},
            {%- endfor %}
            max(case when is_sound then version_at end) over (
                partition by {{ key | join(", ") }}
            ) as in_force_at

        from {{ name }}_texts
        window
            newest_first as (
                partition by {{ key | join(", ") }}, is_sound
                order by
                    version_at desc,
                    is_replaced,
                    {%- for tie in ties %} tie_{{ loop.index }}, {%- endfor %}
                    file_order desc,
                    record_number desc
            )
    ),

    {{ name }}_versions as (
        select
            landing_file_id,
            record_number,
            version_at,
            version_rank,
            in_force_at,
            newest_file_id,
            newest_record_number,
            is_sound
            and version_at = newest_at
            and is_replaced = newest_is_replaced
            and row_text <> newest_text as is_lost,
            {% for tie in ties -%}
                tie_{{ loop.index }} is not distinct from newest_tie_{{ loop.index }}
                and
            {% endfor -%}
            true as is_tied,
            row_text > newest_text as has_greater_text

        from {{ name }}_ranked
    ),

    {{ name }} as (
        select
            bounded.*,
            bounded.early_state is null and bounded.is_sound as is_version,
            coalesce(versions.version_rank, 1) as version_rank,
            versions.landing_file_id is not null as is_repeated,
            case
                when versions.is_lost then versions.newest_file_id
            end as lost_to_file_id,
            case
                when versions.is_lost then versions.newest_record_number
            end as lost_to_record_number,
            coalesce(
                versions.is_lost and versions.is_tied, false
            ) as is_lost_by_file_order,
            coalesce(
                versions.is_lost and versions.has_greater_text, false
            ) as has_greater_text,
            case
                when bounded.early_state is not null
                then bounded.early_state
                when bounded.is_sound and coalesce(versions.version_rank, 1) = 1
                then
                    case
                        when bounded.is_deletion
                        then 'superseded'
                        when bounded.is_not_yet
                        then 'not_yet'
                        else 'accepted'
                    end
                when bounded.is_sound or versions.in_force_at >= versions.version_at
                then 'superseded'
                when coalesce(versions.version_rank, 1) = 1
                then case when bounded.is_not_yet then 'not_yet' else 'quarantined' end
                else 'superseded'
            end as row_state

        from {{ name }}_bounded as bounded
        left join
            {{ name }}_versions as versions
            on bounded.landing_file_id = versions.landing_file_id
            and bounded.record_number = versions.record_number
    )
{%- endmacro %}
