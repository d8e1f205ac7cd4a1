"""Ids of a new file that find no record, or would with a plain change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing.contract import read_contract
from orchestration.quality.landing_references import references
from tests.support.raw import BEFORE, land_rows, raw_database

CONTRACT = read_contract(Path(__file__).parents[2] / "models/staging/_sources.yml")


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """Customers 1001 to 1040 and A1 of two source systems."""
    with raw_database(CONTRACT) as connection:
        customers = [{"customer_id": str(n)} for n in range(1001, 1041)]
        customers += [{"customer_id": "A1"}, {"customer_id": "0070"}]
        customers += [{"customer_id": "77", "source_system": "shop"}]
        land_rows(connection, "customers.csv", customers)
        yield connection


def orders(*ids: str | None, system: str | None = None) -> list[dict[str, str | None]]:
    return [{"customer_id": i, "source_system": system} for i in ids]


def told(raw: duckdb.DuckDBPyConnection, column: str = "customer_id") -> Any:
    frame = references(raw, CONTRACT)
    (row,) = frame[frame["column_name"] == column].to_dict("records")
    return row["missed_row_count"], row["told"]


def test_ids_that_find_their_record_are_told_and_no_fault(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    ids = [str(n) for n in range(1001, 1020)] + ["9001", "  1001 ", ""]
    land_rows(raw, "orders.csv", orders(*ids))
    assert told(raw) == (
        0,
        "orders.csv: 20 of 21 rows find their record in customers",
    )


@pytest.mark.parametrize(
    ("odd", "change"),
    [
        ("1001.0", "without `.0`"),
        ("01001", "without leading zeros"),
        ("70", "without leading zeros"),
        ("a1", "in the same case"),
        ("01001.00", "without `.0` and without leading zeros"),
    ],
)
def test_a_plain_change_that_would_find_them_is_named(
    raw: duckdb.DuckDBPyConnection, odd: str, change: str
) -> None:
    ids = [str(n) for n in range(1001, 1020)] + [odd]
    land_rows(raw, "orders.csv", orders(*ids))
    assert told(raw) == (
        1,
        "orders.csv: 19 of 20 rows find their record in customers; 1 more would"
        f" {change}, first record 20",
    )


def test_a_file_of_which_no_row_finds_its_record_is_told(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    land_rows(raw, "orders.csv", orders(None, *(f"x{n}" for n in range(20))))
    assert told(raw) == (
        20,
        "orders.csv: 0 of 20 rows find their record in customers, first record 2",
    )


def test_records_of_another_source_system_are_hinted_at(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    land_rows(raw, "orders.csv", orders(*["77"] * 20))
    missed, text = told(raw)
    assert missed == 20
    assert "known under another source_system (`shop`)" in text
    # the same ids in their own system
    land_rows(raw, "orders/b.csv", orders(*["77"] * 20, system="shop"))
    frame = references(raw, CONTRACT)
    assert frame["missed_row_count"].tolist() == [20, 0]


@pytest.mark.parametrize("nobody", ["0", "-1", "NULL"])
def test_ids_that_stand_for_nobody_are_no_references(
    raw: duckdb.DuckDBPyConnection, nobody: str
) -> None:
    land_rows(raw, "orders.csv", orders(*[nobody] * 30))
    assert references(raw, CONTRACT, (nobody,)).empty


def test_small_files_known_files_and_empty_tables_say_nothing(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    land_rows(raw, "orders/a.csv", orders(*["x"] * 19))
    land_rows(raw, "orders/b.csv", orders(*["x"] * 30), landed_at=BEFORE)
    # no ticket has landed: who names one cannot be wrong about it
    land_rows(raw, "contacts.csv", [{"ticket_id": "t"}] * 30)
    assert references(raw, CONTRACT).empty


def test_ids_of_campaigns_are_those_of_all_source_systems(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    land_rows(raw, "campaigns.csv", [{"campaign_id": "spring"}])
    rows = [{"campaign_id": "Spring", "source_system": "shop"}] * 20
    land_rows(raw, "contacts.csv", rows)
    missed, text = told(raw, "campaign_id")
    assert missed == 20
    assert "20 more would in the same case" in text


def test_a_customer_may_name_customers_of_the_same_file(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    rows = [
        {"customer_id": f"n{n}", "referred_by_customer_id": f"n{n - 1}"}
        for n in range(1, 21)
    ]
    land_rows(raw, "customers/new.csv", rows)
    missed, text = told(raw, "referred_by_customer_id")
    assert (missed, text) == (
        0,
        "customers/new.csv: 19 of 20 rows find their record in customers",
    )
