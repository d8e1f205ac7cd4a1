-- Every customer stands under exactly one value of every dimension, in every period of
-- every grain; bands have no weeks.
{%- set measures = [
    "delivered_order_count",
    "follow_up_due_count",
    "followed_up_order_count",
    "active_customer_count",
    "approached_customer_count",
    "contacted_customer_count",
    "contacted_active_customer_count",
    "active_customer_month_count",
    "contacted_customer_month_count",
    "outbound_contact_count",
    "reached_contact_count",
    "over_contacted_customer_count",
    "birthday_due_count",
    "birthday_kept_count",
    "holiday_due_count",
    "holiday_kept_count",
    "promotion_count",
    "promotion_without_consent_count",
    "contacted_without_consent_customer_count",
] %}
with
    rhythm as (select * from {{ ref("metrics_contact_rhythm") }}),

    summed as (
        select
            dimension,
            period_grain,
            period_start_date,
            {%- for measure in measures %}
                sum({{ measure }}) as {{ measure }}{{ "," if not loop.last }}
            {%- endfor %}

        from rhythm
        group by dimension, period_grain, period_start_date
    ),

    dimensions as (select distinct dimension, period_grain from rhythm)

select dimensions.dimension, whole.*
from rhythm as whole
inner join dimensions on whole.period_grain = dimensions.period_grain
left join
    summed
    on dimensions.dimension = summed.dimension
    and whole.period_grain = summed.period_grain
    and whole.period_start_date = summed.period_start_date
where
    whole.dimension = 'all'
    and (
        false
        {%- for measure in measures %}
            or coalesce(summed.{{ measure }}, 0) <> coalesce(whole.{{ measure }}, 0)
        {%- endfor %}
    )
