{# True where a version (known_versions) was the one in force when a snapshot day ended. #}
{% macro known_at(version, snapshot) -%}
    {{ version }}.known_from_at < {{ snapshot }}.snapshot_end_at
    and (
        {{ version }}.known_to_at is null
        or {{ version }}.known_to_at >= {{ snapshot }}.snapshot_end_at
    )
{%- endmacro %}
