{# Lower case without accents, Latin letters only where the script is Latin (Straße = Strasse, Łukasz = Lukasz): the function has another
   name on every engine, or is missing, and leaves the letters that are no accented ones. #}
{% macro folded(text) -%} {{ return(adapter.dispatch("folded")(text)) }} {%- endmacro %}

{% macro duckdb__folded(text) -%}
    replace(
        replace(
            replace(
                translate(strip_accents(lower({{ text }})), 'øłđðı', 'olddi'), 'ß', 'ss'
            ),
            'æ',
            'ae'
        ),
        'œ',
        'oe'
    )
{%- endmacro %}
