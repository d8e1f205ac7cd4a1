{# A free text with `(mail)` and `(phone)` where it holds a mail address, or a number written as phones are: with a `+`, or
   with separators between its digits. The patterns are those of orchestration/privacy/person_texts.py. #}
{% macro without_people(text) -%}
    {{ return(adapter.dispatch("without_people")(text)) }}
{%- endmacro %}

{% macro duckdb__without_people(text) -%}
    {%- set mail -%}
        [^@\s;,<>]+@[^@\s;,<>]+\.[A-Za-z]{2,}
    {%- endset -%}
    {%- set phones -%}
        [+][(]?[0-9]([ ./()-]{0,2}[0-9]){6,14}|\b0[0-9]{2,4}[ ./-]{1,3}[0-9]{2,4}([ ./-]?[0-9]{2,4}){2,}|[(]0[0-9]{1,5}[)][ ./-]{0,2}[0-9]{2,}([ ./-]?[0-9]{2,})+|([(]\b[0-9]{3}[)][ .-]{0,2}|\b[0-9]{3}[ .-])[0-9]{3,4}[ .-][0-9]{4}\b
    {%- endset -%}
    regexp_replace(
        regexp_replace({{ text }}, '{{ mail }}', '(mail)', 'g'),
        '{{ phones }}',
        '(phone)',
        'g'
    )
{%- endmacro %}
