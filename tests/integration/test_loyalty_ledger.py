"""A points ledger as systems bring it, from the files to the published tables."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.builds import build_anew
from tests.support.landings import Record, write_records

pytestmark = pytest.mark.slow

MODELS = (
    "mart_customer_loyalty",
    "mart_loyalty_tier_periods",
    "fct_loyalty_lots",
    "metrics_loyalty",
)
ORDER = {
    "order_id": "1",
    "customer_id": "spender",
    "ordered_at": "2023-01-01",
    "status": "completed",
    "gross_amount": "10.00",
}


def entry(
    number: int, customer: str, kind: str, points: int, day: str, **more: str
) -> Record:
    return {
        "entry_id": f"E{number}",
        "customer_id": customer,
        "entry_type": kind,
        "points": str(points),
        "occurred_at": f"{day}T12:00:00Z",
        **more,
    }


LEDGER = [
    # 600 points, of which 500 are spent before they lapse, without an expire row
    entry(1, "spender", "earn", 600, "2023-01-10", expires_at="2024-01-10T12:00:00Z"),
    entry(2, "spender", "spend", -500, "2023-02-01"),
    # the same expire row twice, in two versions of one export
    entry(3, "expired", "earn", 100, "2023-01-10", expires_at="2024-01-10T12:00:00Z"),
    entry(4, "expired", "expire", -100, "2024-01-10"),
    entry(4, "expired", "expire", -100, "2024-01-10"),
    # more spent than there is
    entry(5, "debtor", "earn", 50, "2023-03-01"),
    entry(6, "debtor", "spend", -80, "2023-03-02"),
    # a purchase that came back after its points had lapsed
    entry(7, "returner", "earn", 70, "2023-01-10", expires_at="2024-01-10T12:00:00Z"),
    entry(8, "returner", "reverse", -70, "2024-02-01", reverses_entry_id="E7"),
    # bare dates: earned and lapsed on the as-of day
    {
        **entry(9, "punctual", "earn", 30, "2023-06-01", expires_at="2024-06-30"),
        "occurred_at": "2023-06-01",
    },
    # after the as-of day
    entry(10, "spender", "earn", 900, "2024-07-01"),
]


class Tables:
    """What a build published, to be asked."""

    def __init__(self, folder: Path, as_of_date: str, ledger: list[Record]) -> None:
        landing = folder / "landing"
        write_records(landing / "orders.jsonl", [ORDER])
        write_records(landing / "loyalty_entries.jsonl", ledger)
        self._analytics = build_anew(
            landing, folder / "built", as_of_date=as_of_date, select=MODELS
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self._analytics), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def points(self, columns: str) -> dict[str, tuple[int, ...]]:
        """Some points of each member, as whole numbers."""
        found = self.rows(
            f"select customer_id, {columns} from marts.mart_customer_loyalty"
            " where is_member"
        )
        return {row[0]: tuple(int(points) for points in row[1:]) for row in found}


@pytest.fixture(scope="module")
def in_june(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(tmp_path_factory.mktemp("june"), "2024-06-30", LEDGER)


def test_what_was_spent_does_not_lapse(in_june: Tables) -> None:
    columns = "points_balance, points_earned, points_spent, points_expired"
    assert in_june.points(columns) == {
        "spender": (0, 600, 500, 100),
        "expired": (0, 100, 0, 100),
        "debtor": (-30, 50, 80, 0),
        "returner": (0, 70, 0, 0),
        "punctual": (0, 30, 0, 30),
    }


def test_only_points_without_an_expire_row_are_expired_by_us(in_june: Tables) -> None:
    found = in_june.rows(
        "select entry_id, occurred_at::varchar, points::int"
        " from marts.fct_loyalty_entries where is_derived order by entry_id"
    )
    assert found == [
        ("E1#expiry", "2024-01-10 12:00:00", -100),
        ("E9#expiry", "2024-06-30 00:00:00", -30),
    ]


def test_the_tier_goes_by_what_was_earned(in_june: Tables) -> None:
    found = in_june.rows(
        "select loyalty_tier, valid_from_date::varchar, valid_to_date::varchar"
        " from marts.mart_loyalty_tier_periods where customer_id = 'spender'"
        " order by valid_from_at"
    )
    # 365 days, no matter that all was spent within a month
    assert found == [
        ("platinum", "2023-01-10", "2024-01-10"),
        ("basic", "2024-01-10", None),
    ]


def test_an_earlier_day_knows_no_later_entry(tmp_path: Path) -> None:
    """The day before the points lapse: they are there, and the tier is held."""
    tables = Tables(tmp_path, "2024-01-09", LEDGER)
    assert tables.points("points_balance, points_expiring_30d, points_owed") == {
        "spender": (100, 100, 0),
        "expired": (100, 100, 0),
        "debtor": (-30, 0, 30),
        "returner": (70, 70, 0),
        "punctual": (30, 0, 0),
    }
    assert tables.rows(
        "select loyalty_tier from marts.mart_loyalty_tier_periods"
        " where customer_id = 'spender'"
    ) == [("platinum",)]
    assert tables.rows(
        "select max(occurred_date) <= '2024-01-09' from marts.fct_loyalty_entries"
    ) == [(True,)]


def test_no_ledger_is_an_empty_programme(tmp_path: Path) -> None:
    tables = Tables(tmp_path, "", [])
    assert tables.points("points_balance") == {}
    assert tables.rows(
        "select count(*), sum(liability_amount)::int from marts.mart_customer_loyalty"
    ) == [(1, 0)]
    for table in ("marts.fct_loyalty_lots", "marts.mart_loyalty_tier_periods"):
        assert tables.rows(f"select count(*) from {table}") == [(0,)]
    found = tables.rows(
        "select distinct member_count, start_member_count, redemption_rate"
        " from metrics.metrics_loyalty"
    )
    assert found == [(0, 0, None)]
