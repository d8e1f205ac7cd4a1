with
    costs as (
        select *, coalesce(period_end_date, period_start_date) as last_date
        from {{ ref("int_costs_judged") }}
        where row_state = 'accepted'
    ),

    -- the ledger may begin before the first event, so its months are its own
    months as (
        select
            costs.cost_id,
            cast({{ dbt.date_trunc("month", "day_date") }} as date) as cost_month,
            max(
                {{ days_between("costs.period_start_date", "day_date") }} + 1
            ) as days_so_far

        from
            costs
            {{
                days_of(
                    "costs.period_start_date",
                    "least(costs.last_date, costs.as_of_date)",
                    "day_date",
                )
            }}
        group by costs.cost_id, cast({{ dbt.date_trunc("month", "day_date") }} as date)
    ),

    accrued as (
        select
            costs.*,
            months.cost_month,
            case when costs.reporting_amount < 0 then -1 else 1 end
            * {{
                divide_whole(
                    "200 * cast(abs(costs.reporting_amount) as decimal(31, 2))"
                    " * months.days_so_far + "
                    ~ days_between("costs.period_start_date", "costs.last_date")
                    ~ " + 1",
                    "2 * ("
                    ~ days_between("costs.period_start_date", "costs.last_date")
                    ~ " + 1)",
                )
            }} as cents_so_far

        from costs
        inner join months on costs.cost_id = months.cost_id
    ),

    split as (
        select
            cost_id,
            cost_month,
            category,
            purpose,
            scope,
            scope_value,
            driver,
            coalesce(
                is_direct, scope in ('customer', 'segment', 'tier', 'campaign')
            ) as is_direct,
            cast(
                cast(
                    cents_so_far - coalesce(
                        lag(cents_so_far) over (
                            partition by cost_id order by cost_month
                        ),
                        0
                    ) as decimal(18, 0)
                )
                * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
            ) as amount,
            landing_file_id,
            record_number

        from accrued
    )

select
    *,
    concat_ws(
        '|',
        cast(cost_month as {{ dbt.type_string() }}),
        purpose,
        case when is_direct then 'direct' else 'indirect' end,
        scope,
        coalesce(
            case
                when scope = 'customer'
                then {{ pseudonym("scope_value") }}
                else scope_value
            end,
            ''
        ),
        driver
    ) as pool_key

from split
