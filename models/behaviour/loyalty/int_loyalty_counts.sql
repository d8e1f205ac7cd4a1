{%- set groups = {
    "member": "is_member_at_start",
    "non_member": "not is_member_at_start",
} -%}
with
    facts as (select * from {{ ref("int_loyalty_customer_periods") }}),

    cut as ({{ in_dimensions("facts") }})

select
    {{ metric_key() }},

    -- counts
    count_if(is_member) as member_count,
    count_if(is_member and not is_member_at_start) as new_member_count,
    count_if(is_member and is_active_at_end) as active_member_count,
    count_if(points_spent > 0) as redeeming_member_count,
    {%- for name, condition in groups.items() %}
        count_if(is_active_at_start and {{ condition }}) as start_{{ name }}_count,
        count_if(is_retained and {{ condition }}) as retained_{{ name }}_count,
    {%- endfor %}

    -- points
    {%- for name in ["earned", "spent", "expired", "adjusted", "reversed"] %}
        sum(points_{{ name }}) as points_{{ name }},
    {%- endfor %}
    sum(points_balance - points_moved) as points_balance_at_start,
    sum(points_balance) as points_balance,
    sum(greatest(- points_balance, 0)) as points_overdrawn,

    -- money of those who were active at the start
    {%- for name, condition in groups.items() %}
        {%- set is_last_group = loop.last %}
        {%- for amount in ["net_revenue", "margin"] %}
            sum(
                case
                    when is_active_at_start and {{ condition }}
                    then {{ amount }}_amount
                    else 0
                end
            )
            as {{ name }}_{{ amount }}_amount{{ "," if not (is_last_group and loop.last) }}
        {%- endfor %}
    {%- endfor %}

from cut
group by {{ metric_key() }}
