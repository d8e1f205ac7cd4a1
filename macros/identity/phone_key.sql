{# A phone number in E.164 (ITU-T: `+`, country code, number, 8 to 15 digits), null where it cannot be read so.
   `digits` = the landed text without blanks, brackets and the like; the other three come from the seed markets.
   A number in national form without a known country stays unread; so does one with an extension. #}
{% macro phone_key(digits, calling_code, trunk_prefix, international_prefix) -%}
    {%- set rest = "substr(" ~ digits ~ ", 2)" -%}
    {#- many write 00 for `+`, whatever is dialled where they are -#}
    {%- set exit_code = (
        "case when "
        ~ digits
        ~ " like "
        ~ international_prefix
        ~ " || '%' then "
        ~ international_prefix
        ~ " else '00' end"
    ) -%}
    {%- set own = calling_code ~ " || " ~ trunk_prefix -%}
    {%- set full -%}
        case
            when {{ digits }} like '+%' and {{ trunk_prefix }} <> '' and {{ rest }} like {{ own }} || '%'
            then {{ calling_code }} || substr({{ rest }}, length({{ own }}) + 1)
            when {{ digits }} like '+%'
            then {{ rest }}
            when {{ digits }} like {{ exit_code }} || '%'
            then substr({{ digits }}, length({{ exit_code }}) + 1)
            when {{ digits }} like {{ trunk_prefix }} || '%'
            then {{ calling_code }} || substr({{ digits }}, length({{ trunk_prefix }}) + 1)
            else {{ calling_code }} || {{ digits }}
        end
    {%- endset -%}
    case when {{ matches(full, "[1-9]\d{7,14}") }} then '+' || {{ full }} end
{%- endmacro %}
