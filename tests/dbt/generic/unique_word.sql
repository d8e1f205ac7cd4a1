{# Words of a lookup are compared in lower case: two that differ in their letters' case alone would find two rows. #}
{% test unique_word(model, column_name) %}
    select lower({{ column_name }}) as word, count(*) as row_count
    from {{ model }}
    group by lower({{ column_name }})
    having count(*) > 1
{% endtest %}
