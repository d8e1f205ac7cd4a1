"""An erased person's own rows, and records that join the person later."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.privacy.erasing import erase_from
from orchestration.privacy.person_texts import Person
from orchestration.privacy.scrubbing import Erasure, ErasureFailed
from tests.support.compiled import DATABASES, Warehouse
from tests.support.landings import write_tables

NOW = datetime(2025, 7, 1, 6, tzinfo=UTC)
DAY = date(2025, 6, 30)
NAME, MAIL, PHONE = "Quilla Marsh-Oyelaran", "quilla@example.org", "+12025550199"
VALUES = ("quilla", "oyelaran", "2025550199")
CUSTOMER = {
    "customer_id": "1",
    "full_name": NAME,
    "email": MAIL,
    "phone": PHONE,
    "country_code": "US",
    "region": f"Oregon, write to {MAIL}",
    "acquisition_channel": "friend of Oyelaran Quilla Marsh",
    "language_code": MAIL,
    "gender": "ask at +1 202 555-0199",
    "created_at": "2024-01-01",
}
OTHER = {"customer_id": "2", "full_name": "Bo Lind", "created_at": "2024-01-02"}
EVENT = {"customer_id": "1", "contacted_at": "2025-02-01", "channel": "mail"}
TABLES = {
    "customers": [CUSTOMER, OTHER],
    "consents": [
        {
            "customer_id": "1",
            "channel": "mail",
            "purpose": f"letters to {MAIL}",
            "recorded_at": "2024-02-01",
            "is_granted": "true",
        }
    ],
    "orders": [
        {
            "order_id": str(number),
            "customer_id": str(number % 2 + 1),
            "ordered_at": f"2025-0{number}-01",
            "status": "paid",
            "gross_amount": "40.00",
            "channel": f"phone {PHONE}" if number == 1 else "shop",
        }
        for number in range(1, 7)
    ],
    "order_lines": [
        {
            "order_id": "1",
            "line_number": "1",
            "product_id": "P1",
            "product_name": f"cup for {NAME}",
            "category": "cups",
            "quantity": "1",
            "unit_price_amount": "40.00",
        }
    ],
    "refunds": [
        {
            "refund_id": "1",
            "order_id": "1",
            "refunded_at": "2025-03-01",
            "amount": "4.00",
            "reason": f"{MAIL} asked for it",
        }
    ],
    "survey_responses": [
        {
            "response_id": str(number),
            "customer_id": customer,
            "survey_type": "nps",
            "score": "9",
            "responded_at": "2025-03-01",
            "touchpoint": touchpoint,
            "comment": comment,
        }
        for number, (customer, touchpoint, comment) in enumerate(
            [
                ("1", f"call with {NAME}", "fine"),
                ("1", f"mail of {MAIL.upper()}", ""),
                ("2", "shop", f"I met {NAME} there"),
            ]
        )
    ],
    "tickets": [
        {
            "ticket_id": "1",
            "customer_id": "1",
            "opened_at": "2025-03-01",
            "category": f"as {NAME} said",
        }
    ],
    "contacts": [{**EVENT, "contact_id": "1", "outcome": f"spoke to {NAME}"}],
}
REQUEST = {"request_id": "E1", "customer_id": "1", "requested_at": "2025-06-01"}
LATE = {"source_system": "crm", "customer_id": "9", "created_at": "2024-03-01"}


@pytest.fixture(scope="module")
def keyed_warehouse() -> Iterator[Warehouse]:
    with Warehouse(secret_key="a key that nobody else would guess") as opened:
        yield opened


def places_of(warehouse: Warehouse) -> set[str]:
    """Every table and column of all databases that holds the person."""
    connection = warehouse.connection
    columns = connection.execute(
        "select database_name, schema_name, table_name, column_name"
        " from duckdb_columns() where data_type in ('VARCHAR', 'JSON')"
        " and list_contains(?, database_name)",
        [list(DATABASES)],
    ).fetchall()
    found = set()
    for database, schema, table, column in columns:
        digits = f"regexp_replace(\"{column}\", '[^0-9]', '', 'g')"
        is_there = " or ".join(
            f"contains(lower(\"{column}\"), '{v}') or contains({digits}, '{v}')"
            for v in VALUES
        )
        row = connection.execute(
            f'select count(*) from {database}.{schema}."{table}" where {is_there}'
        ).fetchone()
        if row != (0,):
            found.add(f"{schema}.{table}.{column}")
    return found


def sums_of(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    """Rows and sums of numbers of the public tables, segments aside."""
    connection = warehouse.connection
    tables = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index)"
        " filter (data_type like 'DECIMAL%' or data_type like '%INT')"
        " from duckdb_columns() where database_name = 'analytics'"
        " and schema_name in ('marts', 'metrics') group by all order by all"
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(
            f"select count(*), {', '.join(f'sum({c})' for c in columns or ['0'])}"
            f" from analytics.{schema}.{table}"
        ).fetchall()[0]
        for schema, table, columns in tables
        if table not in ("metrics_segments", "mart_customer_contacts")
    }


def erased(warehouse: Warehouse) -> Erasure | None:
    warehouse.connection.execute("use state")
    return erase_from(warehouse.connection, warehouse.contract, NOW)


def test_nothing_is_left_in_rows_of_whomever(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_tables(tmp_path, **TABLES, erasure_requests=[REQUEST])
    warehouse.run(
        tmp_path, as_of_date=DAY, tests=False, doors=False, observed_until_at=NOW
    )
    before, places = sums_of(warehouse), places_of(warehouse)
    assert {
        "raw.customers.region",
        "raw.customers.acquisition_channel",
        "raw.customers.language_code",
        "raw.customers.gender",
        "raw.consents.purpose",
        "raw.survey_responses.touchpoint",
        "marts.dim_customers.region",
        "marts.fct_survey_responses.touchpoint",
    } <= places
    done = erased(warehouse)
    assert done is not None and done.person_count == 1
    warehouse.build(as_of_date=DAY, tests=False, doors=False)
    assert places_of(warehouse) == set()
    assert sums_of(warehouse) == before
    assert erased(warehouse) is None
    rows = warehouse.connection.execute(
        "select place, searched_by, found_row_count, erased_row_count"
        " from analytics.audit.erasures where request_id = 'E1'"
    ).fetchall()
    told = {(place, how): (found, gone) for place, how, found, gone in rows}
    assert told[("raw.customers", "text")] == (4, 4)
    assert told[("raw.survey_responses", "text")] == (3, 3)
    kept = warehouse.connection.execute(
        "select region, acquisition_channel from state.raw.customers order by all"
    ).fetchall()
    assert ("Oregon, write to (erased)", "friend of (erased)") in kept


def test_what_is_left_publishes_nothing(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path, **TABLES, erasure_requests=[REQUEST])
    warehouse.run(
        tmp_path, as_of_date=DAY, tests=False, doors=False, observed_until_at=NOW
    )
    monkeypatch.setattr(Person, "erased_from", lambda person, text: text)
    with pytest.raises(ErasureFailed, match=r"raw\.customers, column region: 1 rows"):
        erased(warehouse)
    assert "raw.customers.region" in places_of(warehouse)


def test_a_late_record_that_joins_an_erased_person_goes_too(
    keyed_warehouse: Warehouse, tmp_path: Path
) -> None:
    """Known only by the mail address, and in another system."""
    warehouse = keyed_warehouse
    folder = write_tables(tmp_path / "a", **TABLES, erasure_requests=[REQUEST])
    warehouse.run(
        folder, as_of_date=DAY, tests=False, doors=False, observed_until_at=NOW
    )
    assert erased(warehouse) is not None
    late = {**LATE, "email": MAIL, "region": f"like {MAIL}"}
    came_back = {**LATE, "customer_id": "11", "email": MAIL, "created_at": "2025-06-02"}
    folder = write_tables(tmp_path / "b", customers=[late, came_back])
    (tmp_path / "a" / "customers").mkdir()
    (folder / "customers.csv").rename(tmp_path / "a" / "customers" / "late.csv")
    warehouse.land(tmp_path / "a", NOW)
    warehouse.build(as_of_date=DAY, tests=False, doors=False)
    assert warehouse.connection.execute(
        "select source_system, source_customer_id, request_id"
        " from state.intermediate.int_erasures_due"
    ).fetchall() == [("crm", "9", "E1")]
    total = "select sum(gross_amount) from analytics.marts.fct_orders"
    assert warehouse.connection.execute(total).fetchall() == [(Decimal("240.00"),)]
    assert erased(warehouse) is not None
    left = warehouse.connection.execute(
        "select customer_id from state.raw.customers where email is not null"
    ).fetchall()
    assert left == [("11",)]
