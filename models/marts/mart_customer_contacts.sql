with
    customers as (select * from {{ ref("dim_customers") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    totals as (select * from {{ ref("int_contact_totals") }}),

    follow_ups as (
        select
            customer_id,
            count_if(is_due) as follow_up_due_count,
            count_if(is_due and is_kept) as follow_up_kept_count
        from {{ ref("int_follow_ups") }}
        group by customer_id
    ),

    months as (
        select
            customer_id,
            count(*) as active_month_count,
            count_if(is_contacted) as contacted_month_count
        from {{ ref("int_active_months") }}
        group by customer_id
    ),

    consents as (
        select
            customer_id,
            {%- for channel in ["email", "phone", "sms", "app", "post"] %}
                bool_or(
                    channel = '{{ channel }}' and has_consent
                ) as has_{{ channel }}_consent,
            {%- endfor %}
            max(
                case
                    when has_consent and is_reachable and choice_rank = 1 then channel
                end
            ) as contact_channel
        from {{ ref("int_customer_channels") }}
        group by customer_id
    ),

    final as (
        select
            -- ids
            customers.customer_id,

            -- categories
            totals.usual_channel,
            consents.contact_channel,

            -- flags
            coalesce(
                totals.contacts_30d_count > {{ var("max_contacts_30d") }}, false
            ) as is_over_contacted,
            customers.has_marketing_consent,
            {%- for channel in ["email", "phone", "sms", "app", "post"] %}
                coalesce(
                    consents.has_{{ channel }}_consent, false
                ) as has_{{ channel }}_consent,
            {%- endfor %}

            -- dates
            totals.first_contact_date,
            totals.last_contact_date,
            totals.last_outbound_contact_date,
            totals.last_reached_contact_date,

            -- durations
            cast(
                {{ days_between("totals.last_contact_date", "as_of.as_of_date") }}
                as bigint
            ) as days_since_last_contact,
            cast(
                {{
                    days_between(
                        "totals.last_outbound_contact_date", "as_of.as_of_date"
                    )
                }} as bigint
            ) as days_since_last_outbound_contact,

            -- counts
            {%- for name in [
                "contact_count",
                "outbound_contact_count",
                "reached_contact_count",
                "inbound_contact_count",
                "contacts_30d_count",
            ] %}
                cast(coalesce(totals.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}
            {%- for name in ["follow_up_due_count", "follow_up_kept_count"] %}
                cast(coalesce(follow_ups.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}
            {%- for name in ["active_month_count", "contacted_month_count"] %}
                cast(coalesce(months.{{ name }}, 0) as bigint) as {{ name }},
            {%- endfor %}

            -- rates
            {{
                rate(
                    "follow_ups.follow_up_kept_count",
                    "follow_ups.follow_up_due_count",
                )
            }} as follow_up_rate,
            {{ rate("months.contacted_month_count", "months.active_month_count") }}
            as monthly_contact_rate

        from customers
        cross join as_of
        left join totals on customers.customer_id = totals.customer_id
        left join follow_ups on customers.customer_id = follow_ups.customer_id
        left join months on customers.customer_id = months.customer_id
        left join consents on customers.customer_id = consents.customer_id
    )

select *
from final
