with
    customers as (select customer_id from {{ ref("dim_customers") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    predictions as (select * from {{ ref("int_lifetime_predictions") }}),

    fits as (select * from {{ ref("int_lifetime_fits") }} where parameter is null),

    margins as (
        select sum(net_amount) as net_amount, sum(margin_amount) as margin_amount
        from {{ ref("int_purchase_days") }}
    ),

    -- the status of the model that failed first, else of purchase counts
    statuses as (
        select
            as_of.as_of_date,
            max_by(
                fits.fit_status,
                case when fits.is_converged then 0 else 2 end
                + case when fits.model = 'bg_nbd' then 1 else 0 end
            ) as fit_status

        from fits
        inner join as_of on cast(fits.snapshot_date as date) = as_of.as_of_date
        group by as_of.as_of_date
    ),

    fixed as (
        select
            predictions.customer_id,
            predictions.probability_alive,
            predictions.purchase_days_90d,
            predictions.purchase_days_12m,
            cast(
                predictions.purchase_day_amount as decimal(18, 2)
            ) as purchase_day_amount,
            cast(
                predictions.revenue_12m_amount as decimal(18, 2)
            ) as revenue_12m_amount,
            cast(
                predictions.revenue_12m_low_amount as decimal(18, 2)
            ) as revenue_12m_low_amount,
            cast(
                predictions.revenue_12m_high_amount as decimal(18, 2)
            ) as revenue_12m_high_amount

        from predictions
        inner join as_of on cast(predictions.snapshot_date as date) = as_of.as_of_date
    )

select
    customers.customer_id,
    fixed.probability_alive,
    fixed.purchase_days_90d,
    fixed.purchase_days_12m,
    fixed.purchase_day_amount,
    fixed.revenue_12m_amount,
    fixed.revenue_12m_low_amount,
    fixed.revenue_12m_high_amount,
    case
        when margins.net_amount > 0
        then
            cast(
                {{
                    divide_whole(
                        "cast(fixed.revenue_12m_amount * 100 as decimal(19, 0))"
                        " * cast(margins.margin_amount * 100 as decimal(19, 0))",
                        "margins.net_amount * 100",
                    )
                }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
            )
        else
            cast(
                fixed.revenue_12m_amount
                * {{ var("default_margin_rate") }} as decimal(18, 2)
            )
    end as margin_12m_amount,
    case
        when fixed.customer_id is null then 'no_purchase' else statuses.fit_status
    end as fit_status

from customers
left join fixed on customers.customer_id = fixed.customer_id
cross join margins
left join statuses on true
