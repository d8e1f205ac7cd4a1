"""The calendar begins with the year of the first accepted event, whatever its kind.

Metrics have no row for a day that the calendar lacks: an event before it would be lost.
"""

from datetime import date
from pathlib import Path

import pytest

from tests.support.compiled import Warehouse
from tests.support.landings import write_tables

FIRST = "2019-05-07"
ORDER = {
    "order_id": "1",
    "customer_id": "a",
    "ordered_at": "2024-03-01",
    "status": "completed",
    "gross_amount": "80",
}
EVENTS: dict[str, tuple[str, dict[str, str]]] = {
    "an order": ("orders", {**ORDER, "order_id": "2", "ordered_at": FIRST}),
    "goods received": ("orders", {**ORDER, "order_id": "2", "delivered_at": FIRST}),
    "a refund": (
        "refunds",
        {"refund_id": "1", "order_id": "1", "refunded_at": FIRST, "amount": "1"},
    ),
    "an invitation": (
        "survey_responses",
        {
            "response_id": "1",
            "customer_id": "a",
            "survey_type": "nps",
            "invited_at": FIRST,
        },
    ),
    "an answer": (
        "survey_responses",
        {
            "response_id": "1",
            "customer_id": "a",
            "survey_type": "nps",
            "score": "9",
            "responded_at": FIRST,
        },
    ),
    "a ticket": (
        "tickets",
        {"ticket_id": "1", "customer_id": "a", "opened_at": FIRST},
    ),
    "a contact": (
        "contacts",
        {
            "contact_id": "1",
            "customer_id": "a",
            "contacted_at": FIRST,
            "channel": "email",
        },
    ),
    "a cost": (
        "costs",
        {
            "cost_id": "1",
            "category": "adverts",
            "purpose": "acquisition",
            "amount": "1",
            "period_start_date": FIRST,
        },
    ),
    "points": (
        "loyalty_entries",
        {
            "entry_id": "1",
            "customer_id": "a",
            "entry_type": "earn",
            "points": "1",
            "occurred_at": FIRST,
        },
    ),
    "a profile": ("customers", {"customer_id": "a", "created_at": FIRST}),
}


def first_day(warehouse: Warehouse, landing: Path) -> date:
    built = warehouse.run(landing, select=["dim_dates"], tests=False, doors=False)
    return date.fromisoformat(
        str(built.query("select min(date_day) from marts.dim_dates")[0][0])
    )


@pytest.mark.parametrize("kind", EVENTS)
def test_every_kind_of_event_can_be_the_first(
    kind: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    table, row = EVENTS[kind]
    tables = {"orders": [ORDER]}
    tables[table] = [*tables.get(table, []), row]
    landing = write_tables(tmp_path / "landing", **tables)
    assert first_day(warehouse, landing) == date(2019, 1, 1)


def test_what_is_refused_begins_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    refused = {**ORDER, "order_id": "2", "ordered_at": FIRST, "status": "whatever"}
    landing = write_tables(tmp_path / "landing", orders=[ORDER, refused])
    assert first_day(warehouse, landing) == date(2024, 1, 1)
