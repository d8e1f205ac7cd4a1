{# The reasons that one value gives against its row, as `column:reason`, by what the contract says of the column.
   `text` is the trimmed landed text. Each reason is one SQL expression that is null where it does not hold. #}
{% macro refusals_of(column, text, event_at) -%}
    {%- set meta = column.config.get("meta", {}) or column.meta -%}
    {%- set name = column.name -%}
    {%- set value = parsed(text, column.data_type) -%}
    {%- set bad = {
        "timestamp": "bad_timestamp",
        "date": "bad_date",
        "boolean": "bad_boolean",
        "amount": "bad_amount",
        "unit_amount": "bad_amount",
    }.get(column.data_type, "bad_number") -%}
    {%- set found = [] -%}
    {%- if meta.get("required") -%}
        {%- do found.append(
            "case when "
            ~ text
            ~ " is null then '"
            ~ name
            ~ ":missing_"
            ~ name
            ~ "' end"
        ) -%}
    {%- endif -%}
    {%- if column.data_type not in ("text", "code") -%}
        {%- do found.append(
            "case when "
            ~ text
            ~ " is not null and ("
            ~ value
            ~ ") is null then '"
            ~ name
            ~ ":"
            ~ bad
            ~ "' end"
        ) -%}
    {%- endif -%}
    {%- if meta.get("accepted") -%}
        {%- do found.append(
            "case when " ~ text ~ " not in ('" ~ meta.accepted
            | join("', '")
            ~ "') then '"
            ~ name
            ~ ":unknown_"
            ~ name
            ~ "' end"
        ) -%}
    {%- endif -%}
    {%- if "minimum" in meta -%}
        {%- set what = "amount" if "amount" in column.data_type else name -%}
        {%- do found.append(
            "case when ("
            ~ value
            ~ ") < "
            ~ meta.minimum
            ~ " then '"
            ~ name
            ~ ":negative_"
            ~ what
            ~ "' end"
        ) -%}
    {%- endif -%}
    {#- a sum or a mean of such amounts would not fit its column any more -#}
    {%- if column.data_type == "amount" -%}
        {%- do found.append(
            "case when abs("
            ~ value
            ~ ") >= 100000000000 then '"
            ~ name
            ~ ":amount_out_of_range' end"
        ) -%}
    {%- endif -%}
    {%- if column.data_type == "timestamp" and name in (event_at, "updated_at") -%}
        {%- do found.append(
            "case when ("
            ~ value
            ~ ") > observed_until_at then '"
            ~ name
            ~ ":in_the_future' end"
        ) -%}
    {%- endif -%}
    {%- if name == "source_system" -%}
        {%- do found.append(
            "case when "
            ~ text
            ~ " like '%:%' then '"
            ~ name
            ~ ":bad_source_system' end"
        ) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
