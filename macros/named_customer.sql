{# The customer that a cost line names (`<source_system>:<id>`, or the bare id of a `main` record), as it may be
   published: the text as it landed, or with `pseudonymise_customers` the customer_key of the record. #}
{% macro named_customer(text) -%}
    {%- if pseudonymise_customers() -%}
        {{
            customer_key(
                "(case when "
                ~ text
                ~ " like '%:%' then split_part("
                ~ text
                ~ ", ':', 1) else 'main' end)",
                "(case when "
                ~ text
                ~ " like '%:%' then substr("
                ~ text
                ~ ", length(split_part("
                ~ text
                ~ ", ':', 1)) + 2) else "
                ~ text
                ~ " end)",
            )
        }}
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}
