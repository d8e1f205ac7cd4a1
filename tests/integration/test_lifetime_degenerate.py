"""Data from which no lifetime value model can be fitted, or hardly: the build goes on.

One build looks back at several days, and at each of them the customers so far are
another degenerate case: a few weeks of orders stand for many landing folders.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.builds import build_anew
from tests.support.landings import Record, write_records

pytestmark = pytest.mark.slow

AS_OF_DAY = date(2024, 6, 30)
HORIZON_DAYS = 7
VARIABLES = {
    "churn_horizon_days": HORIZON_DAYS,
    "churn_snapshot_count": 5,
    "clv_holdout_days": HORIZON_DAYS,
    "clv_min_repeat_buyers": 30,
}
MODELS = ("mart_customer_360", "metrics_clv_backtest", "metrics_clv_model")
FITTED = ("fitted", "fitted_at_boundary")


def snapshot(number: int) -> date:
    """The day `number` horizons before the as-of day."""
    return AS_OF_DAY - timedelta(days=number * HORIZON_DAYS)


class Built:
    """A build of some orders, to be asked."""

    def __init__(
        self,
        folder: Path,
        orders: list[Record],
        refunds: list[Record],
        as_of_day: date = AS_OF_DAY,
    ) -> None:
        write_records(folder / "landing" / "orders.jsonl", orders)
        write_records(folder / "landing" / "refunds.jsonl", refunds)
        self._as_of_day = as_of_day
        self.analytics = build_anew(
            folder / "landing",
            folder / "built",
            as_of_date=as_of_day.isoformat(),
            variables=VARIABLES,
            select=MODELS,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.analytics}' as analytics (read_only)")
            state = self.analytics.with_name("state.duckdb")
            connection.execute(f"attach '{state}' as state (read_only)")
            return connection.execute(query).fetchall()

    def statuses(self) -> dict[int, tuple[str, str]]:
        """How the fits of purchases and of amounts ended, by horizons before today."""
        rows = self.rows(
            "select cast(snapshot_date as date),"
            " max(fit_status) filter (model = 'bg_nbd'),"
            " max(fit_status) filter (model = 'gamma_gamma')"
            " from state.intermediate.int_lifetime_fits"
            " where parameter is null group by all"
        )
        return {
            (self._as_of_day - day).days // HORIZON_DAYS: (purchases, amounts)
            for day, purchases, amounts in rows
        }


def orders_of(customers: range, day: date, amount: str = "10.00") -> Iterator[Record]:
    for number in customers:
        yield {
            "order_id": f"{number}-{day.isoformat()}",
            "customer_id": f"c{number}",
            "ordered_at": day.isoformat(),
            "status": "completed",
            "gross_amount": amount,
        }


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One customer; forty on one day; later ones; repeat buyers; all pay the same."""
    orders = [
        # 5 horizons ago: one customer, on the very day, so T = 0
        *orders_of(range(1), snapshot(5)),
        # 4: all others bought once, on other days, nobody twice
        *orders_of(range(1, 40), snapshot(4)),
        # 3: too few came back; 2 and later: enough, at one price
        *orders_of(range(10), snapshot(3)),
        *orders_of(range(40), snapshot(2)),
        *orders_of(range(5), snapshot(1)),
    ]
    return Built(tmp_path_factory.mktemp("growing"), orders, [])


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The first of those, on the day of the first purchase."""
    orders = list(orders_of(range(1), snapshot(5)))
    return Built(tmp_path_factory.mktemp("first_day"), orders, [], snapshot(5))


@pytest.fixture(scope="module")
def negative(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Forty on one day; their repeat days worth less than nothing; then some more."""
    first, again, third, fourth = (snapshot(n) for n in (5, 3, 2, 1))
    orders = [
        *orders_of(range(40), first),
        *orders_of(range(40), again, "5.00"),
        *(
            o
            for n in range(2, 40)
            for o in orders_of(range(n, n + 1), third, f"{n}.50")
        ),
        *(o for n in range(30) for o in orders_of(range(n, n + 1), fourth, f"{n + 9}")),
        # bought on the as-of day alone
        *orders_of(range(40, 42), AS_OF_DAY),
        # bought on no day that counts
        *({**o, "status": "cancelled"} for o in orders_of(range(42, 43), first)),
    ]
    refunds = [
        {
            "refund_id": order["order_id"],
            "order_id": order["order_id"],
            "refunded_at": again.isoformat(),
            "amount": "7.00",
        }
        for order in orders_of(range(40), again)
    ]
    return Built(tmp_path_factory.mktemp("negative"), orders, refunds)


def test_each_degenerate_day_says_why_it_was_not_fitted(growing: Built) -> None:
    statuses = growing.statuses()
    assert statuses[5] == ("all_same_day", "no_positive_amounts")
    assert statuses[4] == ("no_repeat_buyers", "no_positive_amounts")
    assert statuses[3] == ("too_few_repeat_buyers", "too_few_repeat_buyers")
    for number in (2, 1, 0):
        assert statuses[number][0] in FITTED
        assert statuses[number][1] == "equal_amounts"


def test_one_customer_of_today_has_a_history_and_no_prediction(
    first_day: Built,
) -> None:
    assert first_day.statuses() == {0: ("all_same_day", "no_positive_amounts")}
    assert first_day.rows(
        "select customer_id, fit_status, age_weeks, historic_margin_amount,"
        " probability_alive, predicted_purchase_days_12m, predicted_revenue_12m_amount,"
        " predicted_margin_12m_amount, clv_amount, clv_band, churn_risk_score"
        " from analytics.marts.mart_customer_360"
    ) == [("c0", "all_same_day", 0.0, 10, *[None] * 7)]
    for table in ("clv_model", "clv_backtest"):
        assert first_day.rows(f"from analytics.metrics.metrics_{table}") == []
    assert first_day.rows(
        "select is_active, fit_status from analytics.marts.mart_customer_churn_risks"
    ) == [(True, "too_few_customers")]


def test_equal_amounts_leave_money_unpredicted(growing: Built) -> None:
    rows = growing.rows(
        "select fit_status, count(*), count(probability_alive),"
        " count(predicted_purchase_days_12m), count(predicted_revenue_12m_amount),"
        " count(predicted_revenue_12m_low_amount), count(clv_amount), count(clv_band),"
        " sum(historic_net_revenue_amount) from analytics.marts.mart_customer_360"
        " group by all"
    )
    paid = 10 * (1 + 39 + 10 + 40 + 5)
    assert rows == [("equal_amounts", 40, 40, 40, 0, 0, 0, 0, paid)]


def test_purchases_are_still_tested_where_money_cannot_be(growing: Built) -> None:
    rows = growing.rows(
        "select customer_count, predicted_purchase_days > 0, predicted_revenue_amount,"
        " is_better_on_revenue, actual_purchase_days"
        " from analytics.metrics.metrics_clv_backtest where bucket = 'all'"
    )
    # the holdout is the last horizon, in which nobody bought
    assert rows == [(40, True, None, False, 0)]


def test_amounts_below_nothing_have_no_mean_to_fit(negative: Built) -> None:
    statuses = negative.statuses()
    assert statuses[5] == ("all_same_day", "no_positive_amounts")
    assert statuses[4] == ("no_repeat_buyers", "no_positive_amounts")
    # 5.00 less a refund of 7.00 for everybody
    assert statuses[3][1] == "no_positive_amounts"
    for number in (2, 1, 0):
        assert statuses[number][0] in FITTED
        assert statuses[number][1] in FITTED


def test_where_both_fit_everybody_has_numbers_and_prospects_none(
    negative: Built,
) -> None:
    rows = negative.rows(
        "select customer_id, fit_status, age_weeks, average_repeat_day_amount < 0,"
        " probability_alive between 0 and 1, predicted_revenue_12m_amount >= 0,"
        " predicted_revenue_12m_low_amount <= predicted_revenue_12m_high_amount,"
        " clv_band is not null from analytics.marts.mart_customer_values"
        " where customer_id in ('c0', 'c1', 'c39', 'c40', 'c42') order by 1"
    )
    status = rows[0][1]
    assert status in FITTED
    assert rows == [
        ("c0", status, 5.0, False, True, True, True, True),
        ("c1", status, 5.0, False, True, True, True, True),
        ("c39", status, 5.0, False, True, True, True, True),
        ("c40", status, 0.0, None, True, True, True, True),
        ("c42", "no_purchase", None, None, None, None, None, False),
    ]


def test_no_published_number_is_infinite_or_no_number(
    growing: Built, negative: Built
) -> None:
    for built in (growing, negative):
        columns = built.rows(
            "select database_name || '.' || schema_name || '.' || table_name,"
            " column_name from duckdb_columns() where data_type = 'DOUBLE'"
            " and database_name = 'analytics'"
        )
        assert columns
        for table, column in columns:
            query = f'select count(*) from {table} where not isfinite("{column}")'
            assert built.rows(query) == [(0,)], (table, column)
