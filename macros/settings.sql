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
