{%- set types = {
    "earned": "earn",
    "spent": "spend",
    "expired": "expire",
    "adjusted": "adjust",
    "reversed": "reverse",
} -%}
with
    as_of as (select * from {{ ref("int_as_of") }}),

    entries as (
        select
            customer_id,
            min(occurred_date) as member_since_date,
            max(
                case when entry_type = 'earn' then occurred_date end
            ) as last_earned_date,
            max(
                case when entry_type = 'spend' then occurred_date end
            ) as last_spent_date,
            count_if(not is_derived) as entry_count,
            {%- for name, type in types.items() %}
                sum(
                    case
                        when entry_type = '{{ type }}'
                        then {{ "-" if name in ["spent", "expired"] }} points
                        else 0
                    end
                ) as points_{{ name }},
            {%- endfor %}
            sum(points) as points_balance

        from {{ ref("fct_loyalty_entries") }}
        group by customer_id
    ),

    -- points owed are in no lot
    debts as (
        select customer_id, - sum(points) as points_owed
        from {{ ref("int_loyalty_postings") }}
        where lot_entry_id is null
        group by customer_id
    ),

    lots as (
        select
            lots.customer_id,
            min(lots.expires_date) as next_expiry_date,
            {%- for days in [30, 90] %}
                sum(
                    case
                        when lots.expires_date <= as_of.as_of_date + {{ days }}
                        then lots.points_remaining
                        else 0
                    end
                ) as points_expiring_{{ days }}d{{ "," if not loop.last }}
            {%- endfor %}

        from {{ ref("fct_loyalty_lots") }} as lots
        cross join as_of
        where lots.points_remaining > 0
        group by lots.customer_id
    ),

    final as (
        select
            entries.*,
            lots.next_expiry_date,
            coalesce(lots.points_expiring_30d, 0) as points_expiring_30d,
            coalesce(lots.points_expiring_90d, 0) as points_expiring_90d,
            coalesce(debts.points_owed, 0) as points_owed

        from entries
        left join lots on entries.customer_id = lots.customer_id
        left join debts on entries.customer_id = debts.customer_id
    )

select *
from final
