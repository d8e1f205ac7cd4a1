"""Words for nothing, ids of nobody, cut numbers, and people in public texts."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.contract import read_contract
from orchestration.quality import doors
from orchestration.quality.door_frames import Limits
from orchestration.quality.doors import QualityResult
from orchestration.quality.landing_texts import Settled, landed_texts
from tests.support.raw import land_rows, raw_database

CONTRACT = read_contract(Path(__file__).parents[2] / "models/staging/_sources.yml")
NOTHING = Settled()


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in which four customers landed."""
    with raw_database(CONTRACT) as connection:
        land_rows(
            connection,
            "customers.csv",
            [
                {"customer_id": "1", "full_name": "Zoë Ferrand"},
                {"customer_id": "2", "full_name": "Summer"},
                {"customer_id": "3", "full_name": "欧阳云海"},
                {"customer_id": "4", "phone": "+49 (0)171 5550123"},
            ],
        )
        yield connection


def found(
    raw: duckdb.DuckDBPyConnection, kind: str, settled: Settled = NOTHING
) -> dict[str, tuple[int, str]]:
    frame = landed_texts(raw, CONTRACT.tables, settled)
    rows = frame[frame[f"{kind}_row_count"] > 0].to_dict("records")
    return {
        f"{row['table_name']}.{row['column_name']}": (
            row[f"{kind}_row_count"],
            row[f"{kind}_at"],
        )
        for row in rows
    }


def refunds(*reasons: str | None) -> list[dict[str, str | None]]:
    return [{"refund_id": str(n), "reason": r} for n, r in enumerate(reasons)]


def test_words_for_nothing_are_counted_by_name(raw: duckdb.DuckDBPyConnection) -> None:
    land_rows(raw, "refunds.csv", refunds("NULL", "broken", " NULL ", "\\N", "none"))
    assert found(raw, "null_word") == {
        "refunds.reason": (
            3,
            "`NULL` 2 rows, first in refunds.csv record 1;"
            " `\\N` 1 rows, first in refunds.csv record 4",
        )
    }
    settled = Settled(null_words=("NULL", "\\N"))
    assert found(raw, "null_word", settled) == {}


def test_ids_of_nobody_are_counted_where_customers_are_named(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    orders = [{"order_id": "0", "customer_id": i} for i in ("0", "-1", "0", "10")]
    land_rows(raw, "orders/a.csv", orders)
    land_rows(raw, "customers/b.csv", [{"customer_id": "0"}])
    assert found(raw, "stand_in") == {
        "customers.customer_id": (1, "`0` 1 rows, first in customers/b.csv record 1"),
        "orders.customer_id": (
            3,
            "`0` 2 rows, first in orders/a.csv record 1;"
            " `-1` 1 rows, first in orders/a.csv record 2",
        ),
    }
    assert found(raw, "stand_in", Settled(stand_in_ids=("0", "-1"))) == {}


def test_numbers_that_a_spreadsheet_cut_are_counted(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    customers = [
        {"customer_id": "5", "phone": "4.91716E+12", "loyalty_number": "E+"},
        {"customer_id": "6", "phone": "+49 171 555", "loyalty_number": "6,3e+15"},
        {"customer_id": "7", "external_ids": "shop:1;card:5.12346E+12"},
    ]
    land_rows(raw, "customers/b.csv", customers)
    place = "1 rows, first in customers/b.csv record"
    assert found(raw, "cut") == {
        "customers.phone": (1, f"{place} 1"),
        "customers.loyalty_number": (1, f"{place} 2"),
        "customers.external_ids": (1, f"{place} 3"),
    }


@pytest.mark.parametrize(
    "reason",
    [
        "call +49 171 5550123",
        "call 0171/55 50 123",
        "(030) 901820 rang",
        "555-010-4477",
        "(555) 010-4477",
        "tel 138 5550 1234",
        # no separators: only because a customer has this number
        "01715550123",
        "00491715550123",
    ],
)
def test_phone_numbers_in_public_texts_are_counted(
    raw: duckdb.DuckDBPyConnection, reason: str
) -> None:
    land_rows(raw, "refunds.csv", refunds("fine", reason))
    assert found(raw, "phone") == {
        "refunds.reason": (1, "1 rows, first in refunds.csv record 2")
    }


@pytest.mark.parametrize(
    "reason",
    [
        "2026-03-05 10:00",
        "since 05.03.2026",
        "05/03/2026 - 12/03/2026",
        "order 1234567890",
        "12.50 - 100.00 EUR",
        "3 of 4 pieces, 1 000 000",
        "A-12-3456-B",
        "10.0.0.1",
    ],
)
def test_days_amounts_and_plain_numbers_are_no_phones(
    raw: duckdb.DuckDBPyConnection, reason: str
) -> None:
    land_rows(raw, "refunds.csv", refunds(reason))
    assert found(raw, "phone") == {}


@pytest.mark.parametrize(
    ("reason", "count"),
    [
        ("asked by Zoe Ferrand", 1),
        ("FERRAND, ZOË wants it", 1),
        ("请联系欧阳云海先生", 1),
        ("a summer dress", 0),
        ("Zoë and Ferrand", 0),
        ("Zoës Ferrands", 0),
    ],
)
def test_full_names_of_customers_in_public_texts_are_counted(
    raw: duckdb.DuckDBPyConnection, reason: str, count: int
) -> None:
    land_rows(raw, "refunds.csv", refunds("fine", reason))
    place = (count, "1 rows, first in refunds.csv record 2")
    assert found(raw, "name") == ({"refunds.reason": place} if count else {})


def test_ids_codes_and_personal_columns_are_not_searched_for_people(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    person = "Zoë Ferrand +49 171 5550123"
    land_rows(
        raw,
        "survey_responses.csv",
        [{"response_id": person, "comment": person, "survey_type": person}],
    )
    assert found(raw, "name") == found(raw, "phone") == {}


def test_what_was_replaced_is_not_judged(raw: duckdb.DuckDBPyConnection) -> None:
    land_rows(raw, "refunds.csv", refunds("NULL"), is_current=False)
    assert found(raw, "null_word") == {}


def test_all_of_it_only_warns_and_says_what_to_do(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    land_rows(raw, "orders.csv", [{"order_id": "1", "customer_id": "0"}])
    land_rows(raw, "refunds.csv", refunds("N/A", "Zoë Ferrand", "+49 171 5550123"))
    limits = Limits(share=0.01, rows=20)
    results = doors.check_landing(raw, CONTRACT.tables, limits, {})
    told = {r.check_name: r for r in results if not r.is_passed}
    assert set(told) == {
        "no_words_for_nothing",
        "no_ids_that_stand_for_nobody",
        "public_texts_hold_no_name",
        "public_texts_hold_no_phone",
    }
    assert not any(result.is_blocking for result in results if not result.is_passed)
    assert "stand_in_ids" in told["no_ids_that_stand_for_nobody"].what_to_do
    assert "null_words" in told["no_words_for_nothing"].what_to_do
    assert all("Ferrand" not in _text(result) for result in results)


def _text(result: QualityResult) -> str:
    return result.told() + result.observed
