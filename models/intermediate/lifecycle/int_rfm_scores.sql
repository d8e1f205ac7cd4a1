with
    purchase_days as (select * from {{ ref("int_purchase_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    measured as (
        select
            purchase_days.customer_id,
            {{ days_between("max(purchase_days.order_date)", "max(as_of.as_of_date)") }}
            as days_since_last_order,
            count_if(
                purchase_days.order_date
                > as_of.as_of_date - {{ var("rfm_window_days") }}
            ) as purchase_day_count,
            coalesce(
                sum(
                    case
                        when
                            purchase_days.order_date
                            > as_of.as_of_date - {{ var("rfm_window_days") }}
                        then purchase_days.net_amount
                    end
                ),
                0
            ) as net_amount

        from purchase_days
        cross join as_of
        group by purchase_days.customer_id
    ),

    -- ranks from worst to best; equal customers share one
    ranked as (
        select
            *,
            count(*) over () as customer_count,
            rank() over (order by days_since_last_order desc) as recency_rank,
            rank() over (order by purchase_day_count) as frequency_rank,
            rank() over (order by net_amount) as monetary_rank

        from measured
    )

select
    customer_id,
    cast(days_since_last_order as bigint) as days_since_last_order,
    cast(purchase_day_count as bigint) as purchase_day_count,
    cast(net_amount as decimal(18, 2)) as net_amount,
    {%- for name in ["recency", "frequency", "monetary"] %}
        cast(
            case
                when customer_count = 1
                then 3
                else
                    least(
                        5,
                        1
                        + {{
                            divide_whole(
                                "5 * (" ~ name ~ "_rank - 1)", "(customer_count - 1)"
                            )
                        }}
                    )
            end as integer
        ) as {{ name }}_score{{ "," if not loop.last }}
    {%- endfor %}

from ranked
