{# Staged rows with the customer they belong to and their calendar days in that customer's market; ends in the CTE `located`.
   `event` is the stem of the timestamp at which the row happened, `others` those of further timestamps, which are null
   for an as-of day they lie after (`<stem>_day` keeps the day itself, `<stem>_on` says that it came as a bare one). `country` = the column that names the place of the row itself, whose days count where the customer has no market. #}
{% macro located(table_name, event=none, others=[], country=none) -%}
    {%- set contract = contract_of(table_name) -%}
    {%- set names = contract.columns | map(attribute="name") | list -%}
    {%- set stems = ([event] if event else []) + others -%}
    staged_rows as (select * from {{ ref("stg_" ~ table_name) }}),

    places as (select * from {{ ref("int_customer_places") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    {%- if country %} markets as (select * from {{ ref("markets") }}), {%- endif %}

    placed as (
        select
            staged_rows.*,
            {%- if country %}
                coalesce(markets.market, places.market, 'unknown') as market,
                coalesce(
                    places.time_zone, markets.time_zone, '{{ business_timezone() }}'
                ) as time_zone,
            {%- else %}
                coalesce(places.market, 'unknown') as market,
                coalesce(places.time_zone, '{{ business_timezone() }}') as time_zone,
            {%- endif %}
            places.customer_id as known_customer_id,
            as_of.as_of_date,
            as_of.as_of_end_at

        from staged_rows
        left join
            places
            on staged_rows.source_system = places.source_system
            and staged_rows.customer_id = places.source_customer_id
        {%- if country %}
            left join markets on staged_rows.{{ country }} = markets.country_code
        {%- endif %}
        cross join as_of
    ),

    dated as (
        select
            placed.*,
            {%- for stem in stems %}
                coalesce(
                    {{ stem }}_on, {{ local_date(stem ~ "_at", "time_zone") }}
                ) as {{ stem }}_day{{ "," if not loop.last }}
            {%- endfor %}

        from placed
    ),

    located as (
        select
            {%- for name in names %}
                {%- set stem = name | replace("_at", "") %}
                {%- if name == "customer_id" %}
                    customer_id as source_customer_id,
                    case
                        when customer_id is null
                        then 'guest'
                        else
                            coalesce(
                                known_customer_id,
                                {{ customer_key("source_system", "customer_id") }}
                            )
                    end as customer_id,
                {%- elif stem in others %}
                    case
                        when {{ stem }}_day <= as_of_date then {{ name }}
                    end as {{ name }},
                    case
                        when {{ stem }}_day <= as_of_date then {{ stem }}_day
                    end as {{ stem }}_date,
                {%- else %} {{ name }},
                {%- endif %}
            {%- endfor %}
            {%- if event %}
                {{ event }}_on, {{ event }}_day as {{ event }}_date,
            {%- endif %}
            {%- for stem in others %} {{ stem }}_on, {{ stem }}_day, {%- endfor %}
            market,
            time_zone,
            as_of_date,
            as_of_end_at,
            control_amount,
            refusals,
            landing_file_id,
            record_number

        from dated
    )
{%- endmacro %}
