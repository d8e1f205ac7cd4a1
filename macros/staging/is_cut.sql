{# True where a text is a number as a spreadsheet shortens it (5.12346E+12, or 5,12346E+12): the digits behind are lost,
   and what was many ids is one. An id with a plain exponent (12E3) is left alone. `around` = what may stand beside it. #}
{% macro is_cut(text, before="", after="") -%}
    {#- looking for the sign first is much cheaper than the pattern -#}
    {{ text }} like '%+%'
    and {{ matches(text, before ~ "[+-]?\d[.,]\d+[Ee]\+\d+" ~ after) }}
{%- endmacro %}
