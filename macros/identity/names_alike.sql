{# Whether two names can be of one person: true, false, or null where that cannot be told. `left` and `right` name two relations with
   `name_key` (folded words in alphabetical order) and `first_word` (the first one as written).
     true   the same words, or all words of one among those of the other and at least two ("Ann Lee", "Ann Marie Lee")
     null   a name is missing, has one word only, or is in another script; the first word is the same (a new surname; not where the
            family name comes first); or what is left without the words they share is an initial, begins the other
            (Rob, Robert), or differs by a few letters of five and more (a typing error)
     false  else, also where one word has another end (Jan, Jana) #}
{% macro names_alike(left, right) -%}
    {%- set a = left ~ ".name_key" -%}
    {%- set b = right ~ ".name_key" -%}
    {%- set only_a = words_left(a, b) -%}
    {%- set only_b = words_left(b, a) -%}
    {#- folded names of Latin script have no other letters -#}
    {%- set latin = "[ -~]*" -%}
    case
        when {{ a }} = {{ b }}
        then true
        when {{ a }} is null or {{ b }} is null
        then null
        when {{ matches(a, latin) }} <> {{ matches(b, latin) }}
        then null
        when {{ a }} || {{ b }} not like '% %' and not {{ matches(a, latin) }}
        then false
        when {{ a }} not like '% %' or {{ b }} not like '% %'
        then null
        when {{ only_a }} = '' or {{ only_b }} = ''
        then true
        when {{ left }}.first_word = {{ right }}.first_word and {{ matches(a, latin) }}
        then null
        when {{ differs_in_its_end(only_a, only_b) }}
        then false
        when
            {{ only_a }} like {{ only_b }} || '%'
            or {{ only_b }} like {{ only_a }} || '%'
        then null
        when
            greatest(length({{ only_a }}), length({{ only_b }})) >= 5
            and 3 * levenshtein({{ only_a }}, {{ only_b }})
            <= 1 + greatest(length({{ only_a }}), length({{ only_b }}))
        then null
        else false
    end
{%- endmacro %}
