-- What winning customers cost in a month, quarter or year is the ledger of purpose
-- acquisition, to the cent.
with
    ledger as (
        {%- for grain in ["month", "quarter", "year"] %}
            select
                '{{ grain }}' as period_grain,
                cast(
                    {{ dbt.date_trunc(grain, "cost_month") }} as date
                ) as period_start_date,
                sum(amount) as amount
            from {{ ref("fct_costs") }}
            where purpose = 'acquisition'
            group by cast({{ dbt.date_trunc(grain, "cost_month") }} as date)
            {%- if not loop.last %}

                union all
            {% endif %}
        {%- endfor %}
    ),

    economics as (
        select * from {{ ref("metrics_unit_economics") }} where dimension = 'all'
    )

select *
from ledger
full outer join
    economics
    on ledger.period_grain = economics.period_grain
    and ledger.period_start_date = economics.period_start_date
where coalesce(ledger.amount, 0) <> coalesce(economics.acquisition_cost_amount, 0)
