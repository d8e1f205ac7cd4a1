{# True where one word has another last letter than the other, or one more: Jan and Jana, Maria and Mario are names of two. #}
{% macro differs_in_its_end(word, other) -%}
    {%- set stem_length = (
        "greatest(length(" ~ word ~ "), length(" ~ other ~ ")) - 1"
    ) -%}
    {{ word }} || {{ other }} not like '% %'
    and abs(length({{ word }}) - length({{ other }})) <= 1
    and substr({{ word }}, 1, {{ stem_length }})
    = substr({{ other }}, 1, {{ stem_length }})
{%- endmacro %}
