with
    customers as (select * from {{ ref("dim_customers") }}),

    customer_values as (select * from {{ ref("mart_customer_values") }}),

    churn_risks as (select * from {{ ref("mart_customer_churn_risks") }}),

    segments as (select * from {{ ref("mart_customer_segments") }}),

    service as (select * from {{ ref("mart_customer_service") }}),

    loyalty as (select * from {{ ref("mart_customer_loyalty") }}),

    contacts as (select * from {{ ref("mart_customer_contacts") }}),

    referrals as (select * from {{ ref("mart_customer_referrals") }}),

    affinities as (select * from {{ ref("mart_customer_affinities") }}),

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
            segments.discount_affinity,

            -- service
            service.has_open_ticket,
            service.has_open_complaint,
            service.has_badly_solved_complaint,
            service.last_ticket_date,
            service.last_complaint_date,
            service.ticket_count,
            service.open_ticket_count,
            service.unanswered_ticket_count,
            service.reopened_ticket_count,
            service.complaint_count,
            service.open_complaint_count,
            service.well_solved_complaint_count,
            service.badly_solved_complaint_count,
            service.return_ticket_count,
            service.exchange_ticket_count,
            service.order_count,
            service.returned_order_count,
            service.exchanged_order_count,
            service.returned_order_rate,
            service.exchanged_order_rate,
            service.median_response_minutes,
            service.median_resolution_minutes,
            service.compensation_amount,

            -- loyalty
            loyalty.loyalty_tier,
            loyalty.next_loyalty_tier,
            loyalty.is_member,
            loyalty.has_loyalty_number,
            loyalty.member_since_date,
            loyalty.tier_since_date,
            loyalty.next_expiry_date,
            loyalty.points_balance,
            loyalty.points_earned,
            loyalty.points_spent,
            loyalty.points_expired,
            loyalty.points_owed,
            loyalty.points_expiring_30d,
            loyalty.points_expiring_90d,
            loyalty.points_to_next_tier,
            loyalty.liability_amount,
            loyalty.redemption_rate,
            loyalty.expiry_rate,

            -- contacts
            contacts.usual_channel as usual_contact_channel,
            contacts.contact_channel,
            contacts.is_over_contacted,
            contacts.has_email_consent,
            contacts.has_phone_consent,
            contacts.has_sms_consent,
            contacts.has_app_consent,
            contacts.has_post_consent,
            contacts.last_contact_date,
            contacts.last_outbound_contact_date,
            contacts.days_since_last_outbound_contact,
            contacts.contact_count,
            contacts.outbound_contact_count,
            contacts.inbound_contact_count,
            contacts.contacts_30d_count,
            contacts.follow_up_due_count,
            contacts.follow_up_kept_count,
            contacts.follow_up_rate,
            contacts.active_month_count,
            contacts.contacted_month_count,
            contacts.monthly_contact_rate,

            -- referrals
            referrals.is_referred,
            referrals.referral_generation_number,
            referrals.referred_customer_count,
            referrals.referred_acquired_customer_count,
            referrals.all_referred_customer_count,
            referrals.referred_net_revenue_amount,
            referrals.all_referred_net_revenue_amount,

            -- what they tend to buy, and what to tell them about next
            affinities.top_category,
            affinities.top_category_affinity_rate,
            affinities.second_category,
            affinities.second_category_affinity_rate,
            affinities.usual_channel,
            affinities.reachable_channel,
            affinities.is_reachable,
            affinities.next_category,
            affinities.next_category_because_of,
            affinities.next_category_confidence_rate,
            affinities.next_category_lift,
            affinities.is_next_category_new

        from customers
        inner join
            customer_values on customers.customer_id = customer_values.customer_id
        inner join churn_risks on customers.customer_id = churn_risks.customer_id
        inner join service on customers.customer_id = service.customer_id
        inner join loyalty on customers.customer_id = loyalty.customer_id
        inner join contacts on customers.customer_id = contacts.customer_id
        inner join referrals on customers.customer_id = referrals.customer_id
        inner join affinities on customers.customer_id = affinities.customer_id
        left join segments on customers.customer_id = segments.customer_id
        left join stages on customers.customer_id = stages.customer_id
        left join this_month on customers.customer_id = this_month.customer_id
    )

select *
from final
