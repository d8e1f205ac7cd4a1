with
    customers as (select * from {{ ref("dim_customers") }}),

    customer_values as (select * from {{ ref("mart_customer_values") }}),

    churn_risks as (select * from {{ ref("mart_customer_churn_risks") }}),

    segments as (select * from {{ ref("mart_customer_segments") }}),

    stages as (
        select lifecycle.*
        from {{ ref("mart_customer_lifecycle") }} as lifecycle
        inner join
            {{ ref("int_as_of") }} as as_of
            on lifecycle.observed_end_date = as_of.as_of_date
    ),

    this_month as (
        select months.*
        from {{ ref("fct_customer_months") }} as months
        inner join
            {{ ref("int_as_of") }} as as_of
            on months.observed_end_date = as_of.as_of_date
    ),

    final as (
        select
            -- ids
            customers.customer_id,
            customers.referred_by_customer_id,

            -- categories
            customers.market,
            customers.country_code,
            customers.region,
            customers.language_code,
            customers.gender,
            customers.age_band,
            customers.occupation,
            customers.interests,
            customers.acquisition_channel,
            customers.preferred_channel,
            customers.first_order_channel,

            -- flags
            customers.is_profiled,
            customers.is_erased,
            customers.has_marketing_consent,
            coalesce(this_month.is_active, false) as is_active,

            -- dates
            customers.created_date,
            customers.acquired_date,
            customers.cohort_month,
            customer_values.first_purchase_date,
            customer_values.last_purchase_date,

            -- counts
            customer_values.purchase_day_count,
            customer_values.repeat_purchase_day_count,

            -- durations
            customer_values.recency_weeks,
            customer_values.age_weeks,
            churn_risks.days_since_last_order,
            churn_risks.typical_gap_days,

            -- money
            customer_values.average_repeat_day_amount,
            customer_values.historic_net_revenue_amount,
            customer_values.historic_margin_amount,
            customer_values.retention_cost_amount,

            -- predictions
            customer_values.probability_alive,
            customer_values.predicted_purchase_days_90d,
            customer_values.predicted_purchase_days_12m,
            customer_values.predicted_purchase_day_amount,
            customer_values.predicted_revenue_12m_amount,
            customer_values.predicted_revenue_12m_low_amount,
            customer_values.predicted_revenue_12m_high_amount,
            customer_values.predicted_margin_12m_amount,
            customer_values.clv_amount,
            customer_values.net_clv_amount,
            customer_values.clv_band,
            customer_values.fit_status,
            churn_risks.churn_risk_score,
            churn_risks.risk_band,
            churn_risks.value_at_risk_amount,
            churn_risks.main_risk_reason,
            churn_risks.risk_reasons,

            -- segments
            stages.lifecycle_stage,
            this_month.value_band,
            segments.rfm_segment,
            segments.recency_score,
            segments.frequency_score,
            segments.monetary_score,
            segments.favourite_category,
            segments.favourite_channel,
            segments.discount_affinity

        from customers
        inner join
            customer_values on customers.customer_id = customer_values.customer_id
        inner join churn_risks on customers.customer_id = churn_risks.customer_id
        left join segments on customers.customer_id = segments.customer_id
        left join stages on customers.customer_id = stages.customer_id
        left join this_month on customers.customer_id = this_month.customer_id
    )

select *
from final
