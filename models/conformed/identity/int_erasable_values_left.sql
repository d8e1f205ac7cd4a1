{%- set tables = [
    "customers",
    "consents",
    "orders",
    "refunds",
    "survey_responses",
    "contacts",
    "tickets",
    "loyalty_entries",
    "campaign_members",
] -%}
{%- for table in tables %}
    {%- set held = [] -%}
    {%- for column in contract_of(table).columns -%}
        {%- set meta = column.config.get("meta", {}) or column.meta -%}
        {%- if meta.personal or meta.erasable -%}
            {%- do held.append(
                column.name
                ~ " is not null"
                ~ (
                    " and " ~ column.name ~ " <> '(erased)'"
                    if column.data_type in ("text", "code")
                    else ""
                )
            ) -%}
        {%- endif -%}
    {%- endfor %}
    select source_system, customer_id
    from {{ ref("stg_" ~ table) }}
    where
        {{ "(" ~ held | join(" or ") ~ ")" if held else "false" }}

        {{ "union" if not loop.last }}
{%- endfor %}
