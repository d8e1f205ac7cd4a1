with
    segments as (select * from {{ ref("int_customer_segments") }}),

    figures as (select * from {{ ref("int_customer_year_figures") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    all_customers as (select count(*) as customer_count from figures),

    counted as (
        select
            segments.dimension,
            segments.dimension_value,

            -- counts
            count(*) as customer_count,
            {%- for name, condition in {
                "buying_customer": "figures.order_count > 0",
                "start_customer": "figures.is_active_at_start",
                "retained_customer": "figures.is_active_at_start and figures.is_active_at_end",
                "end_customer": "figures.is_active_at_end",
                "promoter": "figures.nps_band= 'promoter'",
                "detractor": "figures.nps_band= 'detractor'",
            }.items() %}
                cast(count_if({{ condition }}) as bigint) as {{ name }}_count,
            {%- endfor %}
            cast(sum(figures.order_count) as bigint) as order_count,
            count(figures.nps_band) as response_count,
            count(figures.clv_amount) as valued_customer_count,

            -- money
            cast(sum(figures.revenue_amount) as decimal(18, 2)) as revenue_amount,
            cast(
                sum(figures.net_revenue_amount) as decimal(18, 2)
            ) as net_revenue_amount,
            cast(sum(figures.margin_amount) as decimal(18, 2)) as margin_amount,
            cast(sum(figures.cost_amount) as decimal(18, 6)) as retention_cost_amount,
            cast(sum(figures.clv_amount) as decimal(18, 2)) as clv_amount

        from segments
        inner join figures on segments.customer_id = figures.customer_id
        group by segments.dimension, segments.dimension_value
    ),

    final as (
        select
            -- ids
            counted.dimension,
            counted.dimension_value,
            'trailing_year' as period_grain,
            as_of.as_of_date - {{ var("rfm_window_days") }} + 1 as period_start_date,

            -- dates
            as_of.as_of_date as period_end_date,

            -- counts
            counted.customer_count,
            counted.buying_customer_count,
            counted.start_customer_count,
            counted.retained_customer_count,
            counted.end_customer_count,
            counted.order_count,
            counted.response_count,
            counted.promoter_count,
            counted.detractor_count,
            counted.valued_customer_count,

            -- money
            counted.revenue_amount,
            counted.net_revenue_amount,
            counted.margin_amount,
            counted.retention_cost_amount,
            counted.clv_amount,
            {{ per_customer("counted.net_revenue_amount", "counted.customer_count") }}
            as net_revenue_per_customer_amount,
            {{
                per_customer(
                    "counted.retention_cost_amount", "counted.customer_count"
                )
            }} as retention_cost_per_customer_amount,
            {{ per_customer("counted.clv_amount", "counted.valued_customer_count") }}
            as average_clv_amount,

            -- scores
            100
            * {{
                rate(
                    "(counted.promoter_count - counted.detractor_count)",
                    "counted.response_count",
                )
            }} as nps_score,

            -- rates
            {{ rate("counted.customer_count", "all_customers.customer_count") }}
            as customer_rate,
            {{
                rate(
                    "counted.retained_customer_count", "counted.start_customer_count"
                )
            }} as retention_rate

        from counted
        cross join all_customers
        cross join as_of
    )

select *
from final
