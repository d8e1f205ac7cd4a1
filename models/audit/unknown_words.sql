{#- words that a lookup sorts: the fact that holds them, and what a missing one is called there -#}
{%- set words = [
    ("ticket_statuses", "fct_tickets", "status", "tickets"),
    ("contact_outcomes", "fct_contacts", "outcome", "contacts"),
] -%}
with
    {%- for lookup, fact, column, table in words %}
        {{ lookup }}_unknown as (
            select
                '{{ lookup }}' as lookup_name,
                '{{ table }}' as table_name,
                '{{ column }}' as column_name,
                facts.{{ column }} as word,
                cast(count(*) as bigint) as row_count

            from {{ ref(fact) }} as facts
            left join
                {{ ref(lookup) }} as lookups
                on lower(facts.{{ column }}) = lower(lookups.{{ column }})
            where facts.{{ column }} <> 'unknown' and lookups.{{ column }} is null
            group by facts.{{ column }}
        ),
    {%- endfor %}

    consents as (
        select lower(purpose) as purpose, lower(channel) as channel
        from {{ ref("int_consents_judged") }}
        where row_state = 'accepted'
    ),

    purposes as (select * from {{ ref("consent_words") }} where word_kind = 'purpose'),

    channels as (select * from {{ ref("consent_words") }} where word_kind = 'channel'),

    -- on which channel somebody decided of something else does not matter here
    consent_words_unknown as (
        select
            'consent_words' as lookup_name,
            'consents' as table_name,
            'purpose' as column_name,
            consents.purpose as word,
            cast(count(*) as bigint) as row_count

        from consents
        left join purposes on consents.purpose = purposes.word
        where purposes.word is null
        group by consents.purpose

        union all

        select
            'consent_words' as lookup_name,
            'consents' as table_name,
            'channel' as column_name,
            consents.channel as word,
            cast(count(*) as bigint) as row_count

        from consents
        left join purposes on consents.purpose = purposes.word
        left join channels on consents.channel = channels.word
        where channels.word is null and coalesce(purposes.meaning, '') <> 'other'
        group by consents.channel
    ),

    final as (
        select *
        from consent_words_unknown

        union all

        {% for lookup, fact, column, table in words %}
            select *
            from {{ lookup }}_unknown
            {%- if not loop.last %}

                union all

            {% endif %}
        {%- endfor %}
    )

select *
from final
