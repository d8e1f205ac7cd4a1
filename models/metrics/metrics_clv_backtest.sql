with
    customers as (
        select *
        from {{ ref("int_clv_backtest_customers") }}
        where predicted_purchase_days is not null
    ),

    ranked as (
        select
            *,
            ntile(10) over (
                order by
                    coalesce(
                        predicted_revenue_amount,
                        cast(predicted_purchase_days as decimal(18, 6))
                    ) desc,
                    customer_id
            ) as value_decile

        from customers
    ),

    bucketed as (
        select *, 'all' as bucket_kind, 'all' as bucket, 1 as bucket_rank
        from ranked

        union all

        select
            *,
            'predicted_value_decile',
            cast(value_decile as {{ dbt.type_string() }}),
            value_decile
        from ranked

        union all

        select
            *,
            'repeat_purchase_days',
            case
                when repeat_count <= 2
                then cast(repeat_count as {{ dbt.type_string() }})
                when repeat_count <= 4
                then '3-4'
                when repeat_count <= 9
                then '5-9'
                else '10+'
            end,
            case
                when repeat_count <= 2
                then repeat_count + 1
                when repeat_count <= 4
                then 4
                when repeat_count <= 9
                then 5
                else 6
            end
        from ranked
    ),

    -- sums of exact numbers, which no order of rows can change
    compared as (
        select
            bucket_kind,
            bucket,
            bucket_rank,
            snapshot_date,
            as_of_date,
            count(*) as customer_count,
            {%- for name in ["predicted", "actual", "naive"] %}
                cast(
                    sum({{ name }}_purchase_days) as double
                ) as {{ name }}_purchase_days,
                cast(
                    sum({{ name }}_revenue_amount) as decimal(18, 2)
                ) as {{ name }}_revenue_amount,
            {%- endfor %}
            {%- for name in ["predicted", "naive"] %}
                {{ root_mean_square(name ~ "_purchase_days - actual_purchase_days") }}
                as {{ name }}_purchase_days_rmse,
                cast(
                    {{
                        root_mean_square(
                            name ~ "_revenue_amount - actual_revenue_amount"
                        )
                    }} as decimal(18, 2)
                ) as {{ name }}_revenue_rmse_amount{{ "," if not loop.last }}
            {%- endfor %}

        from bucketed
        group by bucket_kind, bucket, bucket_rank, snapshot_date, as_of_date
    ),

    final as (
        select
            -- ids
            bucket_kind,
            bucket,
            cast(bucket_rank as bigint) as bucket_rank,

            -- dates
            snapshot_date + 1 as holdout_start_date,
            as_of_date as holdout_end_date,

            -- counts
            customer_count,

            -- purchase days
            predicted_purchase_days,
            actual_purchase_days,
            naive_purchase_days,
            predicted_purchase_days - actual_purchase_days as purchase_days_error,
            naive_purchase_days - actual_purchase_days as naive_purchase_days_error,
            predicted_purchase_days_rmse as purchase_days_rmse,
            naive_purchase_days_rmse,

            -- money
            predicted_revenue_amount,
            actual_revenue_amount,
            naive_revenue_amount,
            cast(
                predicted_revenue_amount - actual_revenue_amount as decimal(18, 2)
            ) as revenue_error_amount,
            cast(
                naive_revenue_amount - actual_revenue_amount as decimal(18, 2)
            ) as naive_revenue_error_amount,
            predicted_revenue_rmse_amount as revenue_rmse_amount,
            naive_revenue_rmse_amount,

            -- flags
            predicted_purchase_days_rmse
            < naive_purchase_days_rmse as is_better_on_purchase_days,
            coalesce(
                predicted_revenue_rmse_amount < naive_revenue_rmse_amount, false
            ) as is_better_on_revenue

        from compared
    )

select *
from final
