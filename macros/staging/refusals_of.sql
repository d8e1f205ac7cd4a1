{# The reasons that one value gives against its row, as `column:reason`, by what the contract says of the column.
   `<column>` is the typed value, `<column>_text` what it was read from. Each reason is one SQL expression that is null
   where it does not hold. What the reasons mean stands in docs/judging.md. #}
{% macro refusals_of(column, table_meta) -%}
    {%- set meta = meta_of(column) -%}
    {%- set name = column.name -%}
    {%- set type = column.data_type -%}
    {%- set is_text = type in ("text", "code") -%}
    {%- set text = name if is_text else name ~ "_text" -%}
    {%- set found = [] -%}
    {%- if meta.get("required") -%}
        {%- do found.append((text ~ " is null", "missing_" ~ name)) -%}
    {%- endif -%}
    {%- if not is_text -%}
        {%- set bad = {
            "timestamp": "bad_timestamp",
            "date": "bad_date",
            "boolean": "bad_boolean",
            "amount": "bad_amount",
            "unit_amount": "bad_amount",
        }.get(type, "bad_number") -%}
        {%- set unread = text ~ " is not null and " ~ name ~ " is null" -%}
        {%- if may_be_placeholder(column, table_meta) -%}
            {%- set unread = (
                unread ~ " and not " ~ is_placeholder(column, table_meta)
            ) -%}
        {%- elif type in ("timestamp", "date") -%}
            {%- set unread = unread ~ " or " ~ is_placeholder(column, table_meta) -%}
        {%- endif -%}
        {%- do found.append((unread, bad)) -%}
    {%- endif -%}
    {%- if meta.get("accepted") -%}
        {%- do found.append(
            (
                text ~ " not in ('" ~ meta.accepted | join("', '") ~ "')",
                "unknown_" ~ name,
            )
        ) -%}
    {%- endif -%}
    {%- if "minimum" in meta -%}
        {%- do found.append(
            (
                name ~ " < " ~ meta.minimum,
                "negative_" ~ ("amount" if "amount" in type else name),
            )
        ) -%}
    {%- endif -%}
    {#- a sum or a mean of such amounts would not fit its column any more -#}
    {%- if type == "amount" -%}
        {%- do found.append(
            ("abs(" ~ name ~ ") >= 100000000000", "amount_out_of_range")
        ) -%}
    {%- endif -%}
    {%- if type == "timestamp" and name in (table_meta.event_at, "updated_at") -%}
        {%- do found.append((name ~ " > observed_until_at", "in_the_future")) -%}
    {%- endif -%}
    {%- if name == "source_system" -%}
        {%- do found.append((text ~ " like '%:%'", "bad_source_system")) -%}
    {%- endif -%}
    {%- if is_identifier(column, table_meta) -%}
        {%- do found.append((is_cut(text), "cut_by_a_spreadsheet")) -%}
    {%- endif -%}
    {{ return(told_of(name, found)) }}
{%- endmacro %}
