{# Refuses a run whose settings cannot be meant, before anything is built. #}
{% macro require_settings() -%}
    {%- if execute -%}
        {%- set faults = setting_faults() -%}
        {%- if not modules.re.match("^[A-Z]{3}$", reporting_currency()) -%}
            {%- do faults.append(
                "reporting_currency is "
                ~ reporting_currency()
                ~ "; expected three letters (ISO 4217) such as EUR."
            ) -%}
        {%- endif -%}
        {%- if faults -%}
            {{
                exceptions.raise_compiler_error(
                    "Settings that cannot be meant (vars of dbt_project.yml or --vars): "
                    ~ faults
                    | join(" ")
                )
            }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
