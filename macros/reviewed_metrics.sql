{# The metrics that a regular review looks at: table, column, and whether more of it is better (1) or worse (-1).
   Not rates that go on rising after their period (answers, returns): the last period would always look better. #}
{% macro reviewed_metrics() -%}
    {{
        return(
            [
                ("metrics_retention", "retention_rate", 1),
                ("metrics_retention", "churn_rate", -1),
                ("metrics_retention", "net_revenue_retention_rate", 1),
                ("metrics_retention", "acquired_customer_count", 1),
                ("metrics_purchases", "customer_count", 1),
                ("metrics_purchases", "revenue_amount", 1),
                ("metrics_purchases", "average_order_amount", 1),
                ("metrics_purchases", "orders_per_customer", 1),
                ("metrics_purchases", "repeat_purchase_rate", 1),
                ("metrics_purchases", "cross_category_rate", 1),
                ("metrics_nps", "nps_score", 1),
                ("metrics_cost_per_customer", "cost_per_customer_amount", -1),
                ("metrics_service", "complaint_rate", -1),
                ("metrics_contact_rhythm", "follow_up_rate", 1),
                ("metrics_contact_rhythm", "monthly_contact_rate", 1),
                ("metrics_loyalty", "redemption_rate", 1),
                ("metrics_unit_economics", "cac_amount", -1),
                ("metrics_unit_economics", "clv_to_cac_ratio", 1),
            ]
        )
    }}
{%- endmacro %}
