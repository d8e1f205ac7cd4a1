{# A text that names a customer, as it may be published: as it is, or with `pseudonymise_customers` its keyed form. #}
{% macro pseudonym(text) -%}
    {%- if pseudonymise_customers() -%} {{ keyed(text) }}
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}
