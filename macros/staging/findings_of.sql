{# What is told of one value without refusing its row, as `column:finding`, as `refusals_of` does: placeholders that were
   taken for nothing, ids of people that a spreadsheet has cut, and what cannot be seen inside an id. A plain blank can. #}
{% macro findings_of(column, table_meta) -%}
    {%- set name = column.name -%}
    {%- set found = [] -%}
    {%- if may_be_placeholder(column, table_meta) -%}
        {%- do found.append((is_placeholder(column, table_meta), "placeholder")) -%}
    {%- endif -%}
    {%- if is_identifier(column, table_meta) -%}
        {%- set class = class_of_characters(
            [("0", "1f")] + invisible_characters()[1:]
        ) -%}
        {%- do found.append(
            (holds(name, class), "invisible_character")
        ) -%}
    {%- endif -%}
    {%- if meta_of(column).get("identity") -%}
        {%- do found.append(
            (
                is_cut(name, before="(.*[:;])?\s*", after="\s*(;.*)?"),
                "cut_by_a_spreadsheet",
            )
        ) -%}
    {%- endif -%}
    {{ return(told_of(name, found)) }}
{%- endmacro %}
