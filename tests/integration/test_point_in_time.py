"""No feature and no fit of a past day sees past that day.

Everything that a landing folder dates after a snapshot is dropped or changed, versions
that became known later too; what was said of customers on that day must stay.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.support.builds import build_anew
from tests.support.landings import Record, landing_files, records_of, write_records
from tests.support.refreshes import DEMO, Published

pytestmark = pytest.mark.slow

AS_OF_DATE = "2025-06-30"
SNAPSHOT_DATE = "2025-01-01"
# the snapshot's day is over everywhere
LATER = "2025-01-03"
MUCH_LATER = "2025-02-01T00:00:00Z"

HAPPENED_AT = {
    "consents": "recorded_at",
    "contacts": "contacted_at",
    "loyalty_entries": "occurred_at",
    "order_lines": "updated_at",
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "survey_responses": "invited_at",
    "tickets": "opened_at",
}
# what a row says of a later moment
FURTHER_TIMES = ("delivered_at", "first_responded_at", "resolved_at", "responded_at")

FEATURES = (
    "select * exclude (has_churned) from state.intermediate.int_churn_features"
    f" where snapshot_date <= date '{SNAPSHOT_DATE}' order by all"
)
FITS = (
    "select * from state.intermediate.int_lifetime_fits"
    f" where snapshot_date <= date '{SNAPSHOT_DATE}' order by all"
)
PREDICTIONS = (
    "select * from state.intermediate.int_lifetime_predictions"
    f" where snapshot_date <= date '{SNAPSHOT_DATE}' order by all"
)
OUTCOMES = (
    "select * from state.intermediate.int_churn_features"
    f" where snapshot_date = date '{SNAPSHOT_DATE}' order by all"
)

Cells = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def known(published_demo: Published) -> Cells:
    version = (published_demo.home / "current").resolve().name
    return cells_of(published_demo.home / "state" / version / "state.duckdb")


def cells_of(state: Path) -> Cells:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{state}' as state (read_only)")
        return {
            query: connection.execute(query).fetchall()
            for query in (FEATURES, FITS, PREDICTIONS, OUTCOMES)
        }


def changed(change: Callable[[str, int, Record], Iterator[Record]], tmp: Path) -> Cells:
    """Cells of the demo after every record was changed to none, one or several."""
    for table, path in landing_files(DEMO):
        records = [
            after
            for number, record in enumerate(records_of(path))
            for after in change(table, number, record)
        ]
        name = "-".join(path.relative_to(DEMO).parts).replace(".", "_")
        write_records(tmp / "landing" / table / f"{name}.jsonl", records)
    build_anew(
        tmp / "landing",
        tmp / "built",
        as_of_date=AS_OF_DATE,
        select=("int_churn_features", "int_lifetime_fits"),
    )
    return cells_of(tmp / "built" / "state.duckdb")


def is_later(moment: str | None) -> bool:
    return (moment or "").strip() >= LATER


def another_future(table: str, number: int, record: Record) -> Iterator[Record]:
    """Half of what is dated later goes; the rest is worth more, and somebody else's."""
    is_dated_later = is_later(record.get(HAPPENED_AT.get(table, ""))) or is_later(
        record.get("updated_at")
    )
    if is_dated_later and table in HAPPENED_AT:
        if number % 2:
            yield record | altered(table, record)
        return
    untold = {
        time: ""
        for time in FURTHER_TIMES
        if time in record and is_later(record[time]) and number % 2
    }
    # a row that lands closed and says no time is closed from the day it is known
    still_open = {"status": "open"} if "resolved_at" in untold else {}
    yield record | untold | still_open
    if table == "orders" and number % 3 == 0:
        yield record | {"status": "cancelled", "updated_at": MUCH_LATER}


def altered(table: str, record: Record) -> Record:
    """What a row that is dated later could have said instead."""
    return {
        "orders": {"gross_amount": "999.00", "customer_id": "10020"},
        "refunds": {"amount": "0.01"},
        "tickets": {"kind": "complaint", "resolved_at": ""},
        "survey_responses": {"customer_id": "10020"},
        "loyalty_entries": {"points": "1"},
    }.get(table, {})


def later_versions(table: str, number: int, record: Record) -> Iterator[Record]:
    """What was said by the day was corrected long after it."""
    yield record
    corrected = {
        "refunds": {"amount": "0.01"},
        "tickets": {"kind": "question"},
        "survey_responses": {"score": "1"},
    }.get(table)
    if corrected and not is_later(record.get("updated_at")):
        yield record | corrected | {"updated_at": MUCH_LATER}


def assert_same(before: Cells, after: Cells, query: str) -> None:
    differing = [
        pair
        for pair in zip(before[query], after[query], strict=False)
        if len(set(pair)) > 1
    ]
    assert len(before[query]) == len(after[query])
    assert not differing, differing[:3]


def test_another_future_changes_no_past_snapshot(known: Cells, tmp_path: Path) -> None:
    after = changed(another_future, tmp_path)
    assert len(known[FEATURES]) > 500
    for query in (FEATURES, FITS, PREDICTIONS):
        assert_same(known, after, query)
    # it was another future
    assert known[OUTCOMES] != after[OUTCOMES]


def test_a_later_correction_changes_no_past_snapshot(
    known: Cells, tmp_path: Path
) -> None:
    after = changed(later_versions, tmp_path)
    for query in (FEATURES, FITS, PREDICTIONS):
        assert_same(known, after, query)
