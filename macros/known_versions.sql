{# Versions of judged rows, each with the time from which and to which it was the one in force; ends in the CTE `known`.
   A version that deletes the row, or by which it happens after the as-of day, ends those before it, too. A version that
   another replaced at the same moment was never in force. #}
{% macro known_versions(judged, key) -%}
    judged_rows as (select * from {{ ref(judged) }}),

    versions as (
        select *, coalesce(updated_at, timestamp '0001-01-01') as known_from_at
        from judged_rows
        where is_version
    ),

    spans as (
        select
            *,
            lead(known_from_at) over (
                partition by {{ key | join(", ") }}
                order by known_from_at, version_rank desc
            ) as known_to_at

        from versions
    ),

    known as (
        select *
        from spans
        where not is_deletion and (known_to_at is null or known_to_at > known_from_at)
    )
{%- endmacro %}
