{# The text of a column as it is meant, from the trimmed one: null for a word that the setting `null_words` names, in
   every column, and for an id that `stand_in_ids` names, where the column names a customer; then its default. The setting
   `mask_free_texts` takes mail addresses and phone numbers out of what people write freely. #}
{% macro meant(column, table_meta) -%}
    {%- set name = column.name -%}
    {%- set meta = meta_of(column) -%}
    {%- set words = list_setting("null_words") | list -%}
    {%- if name == "customer_id" or meta.get("references") == "customers" -%}
        {%- set words = words + list_setting("stand_in_ids") | list -%}
    {%- endif -%}
    {%- set text = name -%}
    {%- if words -%}
        {%- set text -%}
            case
                when {{ name }} in (
                    {%- for word in words -%}
                        {{ quoted_text(word) }}{{ ", " if not loop.last }}
                    {%- endfor -%}
                )
                then null
                else {{ name }}
            end
        {%- endset -%}
    {%- endif -%}
    {%- if meta.get("free_text") and mask_free_texts() -%}
        {%- set text = without_people(text) -%}
    {%- endif -%}
    {{ ("coalesce(" ~ text ~ ", '" ~ meta.default ~ "')") if meta.default else text }}
{%- endmacro %}
