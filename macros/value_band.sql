{# `high` for those who make up the first 80 % of a total, `medium` to 95 %, else `low`; by the amount of all who come
   before, so that the first is always high. Nobody without a positive amount is in a higher band than `low`. #}
{% macro value_band(amount, amount_before, total_amount) -%}
    case
        when {{ amount }} is null
        then null
        when {{ amount }} <= 0
        then 'low'
        when {{ amount_before }} < {{ total_amount }} * 0.80
        then 'high'
        when {{ amount_before }} < {{ total_amount }} * 0.95
        then 'medium'
        else 'low'
    end
{%- endmacro %}
