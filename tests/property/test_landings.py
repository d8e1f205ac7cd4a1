"""Landings drawn from the contract: each publishes, and changes as its rows do.

A fixed seed of few landings; `make fuzz N=500` draws many (docs/quality.md).
"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.compiled import Warehouse
from tests.support.drawing import CONTRACT, Choice, Drawn, Row, choices, drawn
from tests.support.properties import other_properties, publishes, shrunk

# one small company after another; the whole file takes less than ninety seconds
NUMBERS = {
    "same_in_other_files": 9,
    "same_in_any_order": 9,
    "same_night_by_night": 9,
    "same_before_the_future": 9,
    "doubled_by_a_copy": 9,
    "scaled_with_amounts": 9,
    "unmoved_by_a_prospect": 9,
    "refused_by_name": 9,
}


@settings(
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    # a landing takes seconds: shrinking is that of `make fuzz`
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(choice=choices())
def test_a_valid_landing_publishes(warehouse: Warehouse, choice: Choice) -> None:
    with TemporaryDirectory() as folder:
        faults = publishes(warehouse, drawn(choice), Path(folder))
    assert not faults, "\n".join([choice.told(), *faults])


def test_the_largest_amounts_that_may_land_publish(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """No product or sum of them leaves its type."""

    def largest(table: str, row: Row) -> Row:
        kinds = {c.name: c.data_type for c in CONTRACT.table(table).columns}
        return {
            name: "99999999999" if value and kinds[name] == "amount" else value
            for name, value in row.items()
        }

    company = drawn(Choice(seed=3, tables=frozenset(CONTRACT.table_names)))
    tables = {
        name: [largest(name, row) for row in rows]
        for name, rows in company.tables.items()
    }
    assert publishes(warehouse, replace(company, tables=tables), tmp_path) == []


@pytest.mark.parametrize("name", NUMBERS)
def test_a_change_of_rows_changes_what_it_should(
    warehouse: Warehouse, tmp_path: Path, name: str
) -> None:
    choice = replace(Choice.numbered(NUMBERS[name]), settings_number=0)
    faults = other_properties()[name](warehouse, drawn(choice), tmp_path)
    assert not faults, "\n".join([choice.told(), *faults])


def test_every_table_and_edge_is_drawn() -> None:
    tables = {name for n in range(40) for name in drawn(Choice.numbered(n)).tables}
    assert tables == set(CONTRACT.table_names)


def test_a_choice_is_drawn_the_same_again() -> None:
    assert drawn(Choice.numbered(3)) == drawn(Choice.numbered(3))


def test_a_fault_is_shrunk_to_the_rows_that_show_it() -> None:
    whole = Drawn(
        {
            "orders": [{"order_id": f"o{n}", "channel": "web"} for n in range(9)],
            "contacts": [{"contact_id": "x"}],
        },
        date(2025, 1, 1),
        {},
    )

    def is_faulty(landing: Drawn) -> bool:
        return any(row["order_id"] == "o5" for row in landing.tables["orders"])

    assert shrunk(whole, is_faulty).tables == {"orders": [{"order_id": "o5"}]}


def test_a_version_that_is_not_known_yet_is_no_second_request(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    request = {
        "request_id": "r1",
        "customer_id": "c1",
        "requested_at": "2025-03-02",
        "updated_at": None,
    }
    landing = Drawn(
        {
            "orders": [
                {
                    "order_id": "o1",
                    "customer_id": "c1",
                    "ordered_at": "2025-03-01",
                    "status": "paid",
                    "gross_amount": "10.00",
                }
            ],
            "erasure_requests": [request, {**request, "updated_at": "2025-03-09"}],
        },
        date(2025, 3, 3),
        {},
    )
    assert publishes(warehouse, landing, tmp_path) == []
    assert warehouse.connection.execute(
        "select request_id, count(*) from audit.erasures group by all"
    ).fetchall() == [("r1", 1)]
