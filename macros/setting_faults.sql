{# What is wrong with the vars of this run, a sentence each, by `setting_ranges` in dbt_project.yml. Python says the same
   before a refresh begins (orchestration/settings/ranges.py); tests/unit/test_setting_ranges.py holds both against each other. #}
{% macro setting_faults() -%}
    {%- set faults = [] -%}
    {%- for name, range in var("setting_ranges").items() -%}
        {%- set value = var(name, none) -%}
        {%- set least, most = range.whole or range.number or (none, none) -%}
        {%- if range.words -%}
            {%- for part, word in (value or {}).items() if word not in range.words -%}
                {%- do faults.append(
                    name
                    ~ "."
                    ~ part
                    ~ " is "
                    ~ word
                    ~ "; expected one of "
                    ~ range.words
                    | join(", ") ~ "."
                ) -%}
            {%- endfor -%}
        {%- elif value is none and range.or_null -%}
            {%- elif (
                value is boolean
                or value is string
                or value is not number
                or range.whole
                and value is not integer
                or not (least <= value and value <= most)
            ) -%}
            {%- do faults.append(
                name
                ~ " is "
                ~ value
                ~ "; expected a "
                ~ ("whole " if range.whole else "")
                ~ "number from "
                ~ least
                ~ " to "
                ~ most
                ~ (" or null." if range.or_null else ".")
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- only what is a number can be held against another one -#}
    {%- if not faults -%}
        {%- for name, range in var("setting_ranges").items() if range.above -%}
            {%- if var(name) <= var(range.above) -%}
                {%- do faults.append(
                    name
                    ~ " is "
                    ~ var(name)
                    ~ "; expected more than "
                    ~ range.above
                    ~ ", which is "
                    ~ var(range.above)
                    ~ "."
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(faults) }}
{%- endmacro %}
