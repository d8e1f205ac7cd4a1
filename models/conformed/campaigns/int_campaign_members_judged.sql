{#- Whoever was drawn stays drawn: of versions of one moment the earliest assignment stands, unless the row was deleted. -#}
{%- set key = ["source_system", "campaign_id", "source_customer_id"] -%}
with
    {{ located("campaign_members", event="assigned") }},

    {{
        row_states(
            "located",
            "campaign_members",
            key,
            not_yet="assigned_date > as_of_date",
            ties=[
                "case when is_deletion then 0 else 1 end",
                "assigned_at",
            ],
        )
    }},

    -- a later updated_at corrects; two arms of one moment leave nobody to believe
    contradicted as (
        select
            {{ key | join(", ") }},
            coalesce(updated_at, timestamp '0001-01-01') as version_at

        from stated
        where is_version and not is_deletion and not is_replaced
        group by {{ key | join(", ") }}, coalesce(updated_at, timestamp '0001-01-01')
        having count(distinct arm) > 1
    )

select stated.*, contradicted.version_at is not null as is_in_both_arms

from stated
left join
    contradicted
    on {% for column in key -%}
        stated.{{ column }} = contradicted.{{ column }} and
    {% endfor -%}
    coalesce(stated.updated_at, timestamp '0001-01-01') = contradicted.version_at
