"""Who was whom, from refresh to refresh: customers join, part, and take all along."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.builds import build
from tests.support.cells import Cells, differences, public_cells
from tests.support.landings import Record, write_records
from tests.support.refreshes import Published, refresh

pytestmark = pytest.mark.slow

Rows = list[tuple[Any, ...]]


class Databases:
    """The published tables and the state behind them, to be asked."""

    def __init__(self, analytics: Path, state: Path) -> None:
        self.analytics, self.state = analytics, state

    def rows(self, query: str, *values: object) -> Rows:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.analytics}' as analytics (read_only)")
            connection.execute(f"attach '{self.state}' as state (read_only)")
            connection.execute("use analytics")
            return connection.execute(query, list(values)).fetchall()

    def customers_of_orders(self, orders: Rows) -> set[str]:
        """Who the published orders belong to."""
        of_orders = "select customer_id from fct_orders where order_id in (select $1)"
        return {
            customer
            for (order,) in orders
            for (customer,) in self.rows(of_orders.replace("fct", "marts.fct"), order)
        }

    def mentions(self, customer: str) -> dict[str, int]:
        """Rows of the marts that are about a customer of this id, by table."""
        tables = self.rows(
            "select table_name from duckdb_columns() where database_name = 'analytics'"
            " and schema_name = 'marts' and column_name = 'customer_id' order by all"
        )
        return {
            table: count
            for (table,) in tables
            for (count,) in self.rows(
                f"select count(*) from marts.{table} where customer_id = $1", customer
            )
            if count
        }


def databases(published: Published) -> Databases:
    version = (published.home / "current").resolve().name
    state = published.home / "state" / version / "state.duckdb"
    return Databases(published.analytics_path, state)


# --- a refresh in which two customers join and two records part -----------------------

# customers of one record each, in one country, with a mail address and orders
SINGLE_CUSTOMERS = """
    select resolved.customer_id
    from state.intermediate.int_customers_resolved as resolved
    inner join state.intermediate.int_identity_records as records using (record_id)
    inner join marts.dim_customers as customers
        on resolved.customer_id = customers.customer_id
    where resolved.match_rule = 'single_record'
        and resolved.source_system = 'main'
        and records.email_key is not null
        and customers.country_code = 'DE'
        and not customers.is_erased
        and customers.customer_id in (select customer_id from marts.fct_orders)
    order by record_id
    limit 2
"""
# a customer of two records, both with orders: its id, and that of the younger record
JOINED_CUSTOMERS = """
    select resolved.person_key, resolved.source_customer_id
    from state.intermediate.int_customers_resolved as resolved
    inner join marts.dim_customers as customers using (customer_id)
    where resolved.source_system = 'crm'
        and resolved.matched_with = resolved.person_key
        and not customers.is_erased
        and 2 = (
            select count(*) from state.intermediate.int_customers_resolved as other
            where other.customer_id = resolved.customer_id
        )
        and 2 = (
            select count(distinct source_system)
            from marts.fct_orders as orders
            where orders.customer_id = resolved.customer_id
        )
    order by resolved.record_id
    limit 1
"""
ORDERS = "select order_id from marts.fct_orders where customer_id = $1 order by all"
ORDERS_OF_CRM = (
    "select order_id from marts.fct_orders"
    " where customer_id = $1 and source_system = 'crm' order by all"
)
RECORD = (
    "select source_system, customer_id, full_name, email, birth_date, country_code,"
    " created_at from state.intermediate.int_customers_judged"
    " where row_state = 'accepted' and source_system = $1 and customer_id = $2"
)


@pytest.fixture(scope="module")
def before(published_demo: Published) -> Databases:
    return databases(published_demo)


def record_of(demo: Databases, source_system: str, customer_id: str) -> Record:
    """A record in force, with what a new version of it must say again."""
    (row,) = demo.rows(RECORD, source_system, customer_id)
    names = "source_system customer_id full_name email birth_date country_code"
    values = zip([*names.split(), "created_at"], row, strict=True)
    known = {name: str(value) for name, value in values if value is not None}
    return known | {"updated_at": "2025-06-30T12:00:00Z"}


@pytest.mark.long
def test_customers_join_and_part_and_all_facts_follow(
    before: Databases, demo_copy: Published
) -> None:
    (older,), (younger,) = before.rows(SINGLE_CUSTOMERS)
    ((stays, parts),) = before.rows(JOINED_CUSTOMERS)
    joining_orders = before.rows(ORDERS, younger)
    parting_orders = before.rows(ORDERS_OF_CRM, stays)
    kept_orders = before.customers_of_orders(before.rows(ORDERS, older))
    assert joining_orders and parting_orders and kept_orders == {older}

    same = record_of(before, "main", older)
    write_records(
        demo_copy.landing / "customers" / "tonight.jsonl",
        [
            same
            | {
                name: record_of(before, "main", younger)[name]
                for name in ("customer_id", "created_at")
            },
            record_of(before, "crm", parts)
            | {
                "full_name": "Quirin Abendroth",
                "email": "q.abendroth@example.org",
                "birth_date": "1931-12-24",
            },
        ],
    )
    outcome = refresh(demo_copy.home, demo_copy.landing)
    assert outcome.returncode == 0, outcome.stdout
    after = databases(demo_copy)

    # the younger id is retired
    assert after.rows(
        "select customer_id, retired_date::varchar from marts.dim_customer_former_ids"
        " where former_customer_id = $1",
        younger,
    ) == [(older, "2025-06-30")]
    assert after.mentions(younger) == {}
    assert after.customers_of_orders(joining_orders) == {older}

    # the id of the record that parted is back
    restored = f"crm:{parts}"
    assert before.mentions(restored) == {}
    assert after.rows(
        "select count(*) from marts.dim_customer_former_ids"
        " where former_customer_id = $1",
        restored,
    ) == [(0,)]
    assert after.customers_of_orders(parting_orders) == {restored}
    assert after.mentions(restored).keys() >= {"dim_customers", "mart_customer_360"}

    # both are told, and nothing else
    assert sorted(
        after.rows(
            "select identity_key, former_customer_id, customer_id, change_type,"
            " match_rule, as_of_date::varchar from audit.identity_changes"
        )
    ) == sorted(
        [
            (younger, younger, older, "merged", "same_email", "2025-06-30"),
            (restored, stays, restored, "split", "single_record", "2025-06-30"),
        ]
    )


# --- nights, and one night of all -----------------------------------------------------

MODELS = ("dim_customer_identities", "dim_customer_former_ids", "identity_changes")
FIRST_DAY, SECOND_DAY = "2024-02-03", "2024-02-09"


def customer(
    number: int, name: str, mail: str, *, created: str = "2024-01-01", updated: str = ""
) -> Record:
    return {
        "customer_id": str(number),
        "full_name": name,
        "email": f"{mail}@example.org",
        "country_code": "DE",
        "created_at": f"{created}T00:00:0{number}Z",
        "updated_at": updated,
    }


def orders(day: str, numbers: range) -> Iterator[Record]:
    for number in numbers:
        yield {
            "order_id": f"{day}-{number}",
            "customer_id": str(number),
            "ordered_at": f"{day}T10:00:00Z",
            "status": "paid",
            "gross_amount": f"{number}.00",
        }


def land_first_day(landing: Path) -> None:
    """Five customers: 4 is 3 under another id, 1 and 2 are not known to be one."""
    write_records(
        landing / "customers" / "1.jsonl",
        [
            customer(1, "Ann Lee", "ann"),
            customer(2, "Ann Lee", "lee"),
            customer(3, "Bob Kurz", "bob"),
            customer(4, "Bob Kurz", "bob"),
            customer(5, "Ida Wolf", "ida"),
        ],
    )
    write_records(landing / "orders" / "1.jsonl", orders(FIRST_DAY, range(1, 6)))


def land_second_day(landing: Path) -> None:
    """2 takes the mail address of 1, 4 leaves that of 3, and 6 has that of 5."""
    write_records(
        landing / "customers" / "2.jsonl",
        [
            customer(2, "Ann Lee", "ann", updated="2024-02-08"),
            customer(4, "Eva Blum", "eva", updated="2024-02-08"),
            customer(6, "Ida Wolf", "ida", created="2024-02-08"),
        ],
    )
    write_records(landing / "orders" / "2.jsonl", orders(SECOND_DAY, range(1, 7)))


IDENTITIES = (
    "select identity_key, customer_id, match_rule, matched_with"
    " from marts.dim_customer_identities order by all"
)
FORMER_IDS = (
    "select former_customer_id, customer_id, retired_date::varchar"
    " from marts.dim_customer_former_ids order by all"
)
CHANGES = (
    "select as_of_date::varchar, identity_key, former_customer_id, customer_id,"
    " change_type from audit.identity_changes order by all"
)


def built(analytics: Path) -> Databases:
    return Databases(analytics, analytics.with_name("state.duckdb"))


def test_night_by_night_is_all_at_once_and_a_past_day_stays(tmp_path: Path) -> None:
    landing, nights = tmp_path / "landing", tmp_path / "nights"
    land_first_day(landing)
    first_night = built(build(landing, nights, select=MODELS))
    first_identities = first_night.rows(IDENTITIES)
    assert first_night.rows(FORMER_IDS) == [("4", "3", None)]
    assert first_night.rows(CHANGES) == []

    land_second_day(landing)
    second_night = built(build(landing, nights, select=("core", "marts", *MODELS)))
    assert second_night.rows(FORMER_IDS) == [
        ("2", "1", SECOND_DAY),
        ("6", "5", None),
    ]
    assert second_night.rows(CHANGES) == [
        (SECOND_DAY, "2", "2", "1", "merged"),
        (SECOND_DAY, "4", "3", "4", "split"),
    ]
    by_night = cells(second_night)

    all_at_once = built(
        build(landing, tmp_path / "once", select=("core", "marts", *MODELS))
    )
    assert all_at_once.rows(CHANGES) == []
    assert len(by_night["marts.fct_orders"]) == 11
    assert differences(by_night, cells(all_at_once)) == []

    past_day = built(build(landing, nights, as_of_date=FIRST_DAY, select=MODELS))
    assert past_day.rows(IDENTITIES) == first_identities
    assert past_day.rows(FORMER_IDS) == [("4", "3", None)]
    assert past_day.rows(CHANGES) == []


def cells(databases: Databases) -> Cells:
    """Public cells, without the day on which this installation saw an id retire."""
    found = public_cells(databases.analytics, schemas=("marts",), trace=False)
    name = "marts.dim_customer_former_ids"
    return found | {name: [row[:2] for row in found[name]]}
