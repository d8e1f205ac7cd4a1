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
            | string
            | trim
            | upper
        )
    }}
{%- endmacro %}

{# Empty = the last calendar day that has an accepted order (int_as_of). #}
{% macro as_of_date_setting() -%}
    {{ return(var("as_of_date", env_var("CUSTOMER360_AS_OF_DATE", ""))) }}
{%- endmacro %}

{# True where customer ids are published as pseudonyms (customer_key). #}
{% macro pseudonymise_customers() -%}
    {{ return(true_or_false_setting("pseudonymise_customers")) }}
{%- endmacro %}

{# True where mail addresses and phone numbers are masked in the free texts of the contract (without_people). #}
{% macro mask_free_texts() -%}
    {{ return(true_or_false_setting("mask_free_texts")) }}
{%- endmacro %}

{% macro true_or_false_setting(name) -%}
    {%- set setting = var(name, env_var("CUSTOMER360_" ~ name | upper, "false")) -%}
    {%- set word = setting | string | trim | lower -%}
    {%- if word not in ("true", "false", "") -%}
        {{
            exceptions.raise_compiler_error(
                name ~ " is '" ~ setting ~ "'; expected true or false."
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

{# A setting that is a list: `newest_file_wins`, `whole_tables`, `null_words`, `stand_in_ids`. A var is a list (or text with `,`
   between), the variable of the environment (CUSTOMER360_<NAME>) has `,` between. #}
{% macro list_setting(name) -%}
    {%- set setting = var(name, env_var("CUSTOMER360_" ~ name | upper, "")) -%}
    {%- set words = setting.split(",") if setting is string else setting -%}
    {{
        return(
            words
            | map("string")
            | map("trim")
            | reject("equalto", "")
            | unique
            | sort
        )
    }}
{%- endmacro %}
