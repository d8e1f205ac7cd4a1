{# The id of a customer in its source system, as it may be published: as it is, or with `pseudonymise_customers` the
   customer_key of the record (no second hash to guess from: two systems may number two people alike). #}
{% macro published_source_id(source_system, id) -%}
    {%- if pseudonymise_customers() -%} {{ customer_key(source_system, id) }}
    {%- else -%} {{ id }}
    {%- endif -%}
{%- endmacro %}
