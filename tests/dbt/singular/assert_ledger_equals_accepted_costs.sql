-- The months of a line add up to the line, and before its last day to its share of the
-- days so far, within the cent that rounding may move. No accepted line is left out.
with
    accepted as (
        select
            *,
            coalesce(period_end_date, period_start_date) as last_date,
            least(
                coalesce(period_end_date, period_start_date), as_of_date
            ) as last_known_date

        from {{ ref("int_costs_judged") }}
        where row_state = 'accepted'
    ),

    ledger as (
        select cost_id, sum(amount) as amount
        from {{ ref("fct_costs") }}
        group by cost_id
    )

select accepted.cost_id, accepted.reporting_amount, ledger.cost_id as ledger_cost_id
from accepted
full outer join ledger on accepted.cost_id = ledger.cost_id
where
    accepted.cost_id is null
    or ledger.cost_id is null
    or (
        accepted.last_date = accepted.last_known_date
        and ledger.amount <> accepted.reporting_amount
    )
    or abs(
        ledger.amount
        - accepted.reporting_amount
        * cast(
            {{ days_between("accepted.period_start_date", "accepted.last_known_date") }}
            + 1 as double
        )
        / ({{ days_between("accepted.period_start_date", "accepted.last_date") }} + 1)
    )
    > 0.00500001
