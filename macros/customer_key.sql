{# The public id of a customer record, and so of the customer whose oldest record it is: what source_key says, or with
   `pseudonymise_customers` its keyed form, 64 hex digits that nobody can trace back without the secret key. #}
{% macro customer_key(source_system, id) -%}
    {{ pseudonym(source_key(source_system, id)) }}
{%- endmacro %}
