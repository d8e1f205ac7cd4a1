{# A text without the white space around it, tabs, line ends and the wide spaces of other scripts included: engines differ
   in what they trim unasked. #}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch("trimmed")(text)) }}
{%- endmacro %}

{% macro duckdb__trimmed(text) -%}
    trim(
        {{ text }},
        concat(
            ' ',
            chr(9),
            chr(10),
            chr(11),
            chr(12),
            chr(13),
            chr(160),
            chr(8239),
            chr(12288)
        )
    )
{%- endmacro %}
