{# Settings of one run: `--vars` first, then the environment, then the default. #}
{% macro business_timezone() -%}
    {{
        return(
            var("business_timezone", env_var("CUSTOMER360_BUSINESS_TIMEZONE", "UTC"))
        )
    }}
{%- endmacro %}

{% macro reporting_currency() -%}
    {{
        return(
            var(
                "reporting_currency", env_var("CUSTOMER360_REPORTING_CURRENCY", "EUR")
            )
        )
    }}
{%- endmacro %}

{# Empty = the last calendar day that has an accepted order (int_as_of). #}
{% macro as_of_date_setting() -%}
    {{ return(var("as_of_date", env_var("CUSTOMER360_AS_OF_DATE", ""))) }}
{%- endmacro %}

{# True where customer ids are published as pseudonyms (customer_key). #}
{% macro pseudonymise_customers() -%}
    {%- set setting = var(
        "pseudonymise_customers",
        env_var("CUSTOMER360_PSEUDONYMISE_CUSTOMERS", "false"),
    ) -%}
    {%- set word = setting | string | trim | lower -%}
    {%- if word not in ("true", "false", "") -%}
        {{
            exceptions.raise_compiler_error(
                "pseudonymise_customers is '" ~ setting ~ "'; expected true or false."
            )
        }}
    {%- endif -%}
    {{ return(word == "true") }}
{%- endmacro %}

{# Pseudonyms without a key would be null: said before anything is built. #}
{% macro require_secret_key() -%}
    {%- if execute and pseudonymise_customers() and not has_secret_key() -%}
        {{
            exceptions.raise_compiler_error(
                "pseudonymise_customers is on, and there is no key to make pseudonyms with. "
                ~ "Set CUSTOMER360_SECRET_KEY (docs/access.md)."
            )
        }}
    {%- endif -%}
{%- endmacro %}
