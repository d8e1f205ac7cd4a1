"""Which version of a key is in force, from landed files to published figures."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest

from orchestration.landing.contract import CONTRACT_FILE, read_contract
from tests.support.cells import differences
from tests.support.compiled import Built, Warehouse
from tests.support.landings import (
    Record,
    landing_files,
    records_of,
    write_records,
    write_tables,
)
from tests.support.refreshed import Runs
from tests.support.refreshes import DEMO, PROJECT

DAY, DEMO_DAY = date(2024, 9, 30), date(2025, 6, 30)
Row = Mapping[str, object]


def _order(name: str, customer: str, day: int, **more: object) -> Row:
    return {
        "order_id": name,
        "customer_id": customer,
        "ordered_at": f"2024-09-{day:02d}",
        "status": "placed",
        "gross_amount": "50",
        **more,
    }


def _customers(*names: str, **more: object) -> list[Row]:
    return [
        {
            "customer_id": name,
            "email": f"{name}@example.org",
            "country_code": "DE",
            "created_at": "2024-08-01",
            **more,
        }
        for name in names
    ]


def _put(landing: Path, path: str, rows: Iterable[Row]) -> None:
    """Write one file of a table under a path of its own."""
    table, name = path.split("/")
    write_tables(landing / table, **{name: rows})


def _warned(built: Built, check: str) -> dict[str, tuple[int, str]]:
    return {
        result.table_name: (result.failed_row_count, result.failed_at)
        for result in built.doors
        if result.check_name == check and not result.is_passed
    }


def _dump(night: int) -> dict[str, list[Row]]:
    """All keys as they stood in one night, without a word of when they changed."""
    status = ("paid", "shipped", "cancelled")[night]
    return {
        "orders": [
            _order("o1", "ann", 2, status=status),
            _order("o2", "ben", 9, status="paid", gross_amount=str(90 - 40 * night)),
            _order("o3", "cem", 12),
        ],
        "customers": _customers(
            "ann", "ben", "cem", country_code=("DE", "DE", "FR")[night]
        ),
        "refunds": [
            {
                "refund_id": "r1",
                "order_id": "o2",
                "refunded_at": "2024-09-20",
                "amount": str(5 - night),
            }
        ],
        "tickets": [
            {
                "ticket_id": "t1",
                "customer_id": "cem",
                "opened_at": "2024-09-14T10:00:00Z",
                "kind": "complaint",
                "status": ("open", "open", "closed")[night],
            }
        ],
    }


def test_dated_dumps_give_the_cells_of_the_last_one(
    each_way: Runs, tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    # by value: the ninth night comes before the tenth
    for night, name in enumerate(("dump_8", "dump_9", "dump_10")):
        for table, rows in _dump(night).items():
            _put(nights, f"{table}/{name}", rows)
    built = each_way.run(nights, as_of_date=DAY)
    assert not built.failures and not built.closed_doors, built.told()
    all_nights = built.cells()
    warned = _warned(built, "versions_say_which_is_newer")
    assert set(warned) == {"orders", "customers", "refunds", "tickets"}
    assert warned["orders"] == (
        2,
        "orders/dump_10.csv: 2 keys, such as record 1 before orders/dump_9.csv "
        "record 1",
    )
    assert built.query(
        "select file_path, decided_key_count, changed_key_count, is_meant"
        " from audit.file_order_decisions where table_name = 'orders'"
    ) == [("orders/dump_10.csv", 2, 2, False)]
    last = write_tables(tmp_path / "last", **_dump(2))
    alone = each_way.run(last, as_of_date=DAY)
    assert differences(all_nights, alone.cells()) == []
    assert _warned(alone, "versions_say_which_is_newer") == {}


def test_files_that_say_when_may_come_in_any_order(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    versions = [
        [_order("o1", "ann", 2, status="paid", updated_at="2024-09-02T10:00:00Z")],
        [_order("o1", "ann", 2, status="cancelled", updated_at="2024-09-05T10:00:00Z")],
        [_order("o2", "ben", 9), _order("o3", "ann", 10)],
        [
            {"order_id": "o3", "is_deleted": True, "updated_at": "2024-09-12"},
            _order("o1", "ann", 2, status="paid", updated_at="2024-10-20"),
        ],
    ]
    cells = []
    for names in ("abcd", "dcba", "bdac"):
        landing = tmp_path / names
        for name, rows in zip(names, versions, strict=True):
            _put(landing, f"orders/{name}", rows)
        built = warehouse.run(landing, as_of_date=DAY)
        assert not built.failures and not built.closed_doors, built.told()
        assert not _warned(built, "versions_say_which_is_newer")
        cells.append(built.cells())
    assert built.query("select order_id, status from marts.fct_orders order by 1") == [
        ("o1", "cancelled"),
        ("o2", "placed"),
    ]
    assert differences(cells[0], cells[1]) == []
    assert differences(cells[0], cells[2]) == []


def _decision(customer: str, channel: str, when: str, **more: object) -> Row:
    return {
        "customer_id": customer,
        "channel": channel,
        "purpose": "marketing",
        "recorded_at": when,
        "is_granted": False,
        **more,
    }


def test_a_no_is_heard_in_any_words_and_of_any_one_moment(
    each_way: Runs, tmp_path: Path
) -> None:
    yes = {"is_granted": True}
    plain = ("everything", "same_day", "two_files", "later", "vague_yes")
    flagged = ("fax", "adverts", "vague", "other")
    landing = write_tables(
        tmp_path / "landing",
        customers=[
            *_customers(*plain, has_marketing_consent=None),
            *_customers(*flagged, has_marketing_consent=True),
        ],
        orders=[
            _order(f"o_{name}", name, 12, delivered_at="2024-09-20")
            for name in (*plain, *flagged)
        ],
    )
    _put(
        landing,
        "consents/1",
        [
            _decision("everything", "email", "2024-09-01T10:00:00Z", **yes),
            _decision("everything", "ANY", "2024-09-02T10:00:00Z"),
            _decision("same_day", "email", "2024-09-01"),
            _decision("same_day", "email", "2024-09-01T10:00:00Z", **yes),
            _decision("two_files", "email", "2024-09-01T10:00:00Z"),
            _decision("later", "all", "2024-09-01"),
            _decision("later", "E-Mail", "2024-09-02", **yes),
            _decision("vague_yes", "email", "2024-09-01", purpose="adverts", **yes),
            _decision("fax", "fax", "2024-09-01"),
            _decision("adverts", "email", "2024-09-01", purpose="adverts"),
            _decision("vague", "email", "2024-09-01", purpose="adverts", **yes),
            _decision("other", "fax", "2024-09-01", purpose="Survey"),
        ],
    )
    again = _decision("two_files", "email", "2024-09-01T10:00:00Z", **yes)
    _put(landing, "consents/2", [again])
    built = each_way.run(landing, as_of_date=DAY)
    assert not built.failures and not built.closed_doors, built.told()
    consents = dict(
        built.query(
            "select customer_id, has_marketing_consent from marts.dim_customers"
        )
    )
    assert {name for name, has_consent in consents.items() if has_consent} == {
        "later",
        "vague",
        "other",
    }
    listed = built.query("select distinct customer_id from marts.mart_contact_worklist")
    assert {name for (name,) in listed} <= {"later", "vague", "other"}
    assert built.query(
        "select column_name, word, row_count from audit.unknown_words"
        " where lookup_name = 'consent_words' order by all"
    ) == [("channel", "fax", 1), ("purpose", "adverts", 3)]


def _used_again(count: int) -> list[Row]:
    return [
        _order(f"o{number}", customer, 9)
        for number in range(count)
        for customer in ("ann", "ben")
    ]


def test_keys_that_name_several_things_stop_a_new_file(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    others = [_order(f"x{number}", "cem", 9) for number in range(30)]
    guests = [_order("x1", "", 9), _order("x2", "", 9)]
    for count, is_stopped in ((20, False), (21, True)):
        landing = tmp_path / str(count)
        _put(landing, "orders/1", [*others, *guests, *_used_again(count)])
        built = warehouse.run(landing, as_of_date=DAY)
        told = (
            count,
            f"orders/1.csv: {count} of {30 + count} keys, such as that of records 33"
            " and 34",
        )
        stopped = _warned(built, "keys_name_one_thing")
        assert stopped == ({"orders": told} if is_stopped else {})
        assert _warned(built, "keys_hardly_used_again") == {"orders": told}


# what stood otherwise in the night before: table -> column and value; none of them
# speaks against a row, so that a row is refused in both nights or in neither
CHANGED_SINCE = {
    "orders": ("status", "placed"),
    "customers": ("region", "Elsewhere"),
    "tickets": ("category", "unsorted"),
    "refunds": ("reason", "unknown"),
    "order_lines": ("category", "unsorted"),
    "survey_responses": ("touchpoint", "none"),
    "contacts": ("campaign_id", "none"),
    "costs": ("category", "unsorted"),
    "campaigns": ("campaign_name", "untitled"),
    "loyalty_entries": ("order_id", "none"),
}
STATUSES = ("paid", "shipped", "delivered", "completed", "cancelled")


def _night_before(table: str, record: Record) -> Record:
    column, value = CHANGED_SINCE.get(table, ("", ""))
    if not record.get(column, "") or (
        column == "status" and record[column].strip() not in STATUSES
    ):
        return record
    return {**record, column: value}


@pytest.mark.long
def test_the_demo_as_dated_dumps_gives_the_cells_of_the_last_one(
    tmp_path: Path,
) -> None:
    contract = read_contract(PROJECT / CONTRACT_FILE)
    tables: dict[str, dict[tuple[str, ...], Record]] = {}
    for table, path in landing_files(DEMO):
        for record in records_of(path):
            record.pop("updated_at", None)
            key = tuple(
                (record.get(c) or "").strip() for c in contract.table(table).key
            )
            tables.setdefault(table, {})[key] = record
    for table, records in tables.items():
        before = [_night_before(table, record) for record in records.values()]
        for folder, dump, rows in (
            ("nights", f"{table}_2025-07-02", before),
            ("nights", f"{table}_2025-07-03", [*records.values()]),
            ("last", table, [*records.values()]),
        ):
            write_records(tmp_path / folder / table / f"{dump}.jsonl", rows)
    meant = tuple(CHANGED_SINCE)
    with Warehouse(newest_file_wins=meant) as warehouse:
        nights = warehouse.run(tmp_path / "nights", as_of_date=DEMO_DAY)
        assert not nights.failures and not nights.closed_doors, nights.told()
        assert not _warned(nights, "versions_say_which_is_newer")
        cells = nights.cells()
        alone = warehouse.run(tmp_path / "last", as_of_date=DEMO_DAY)
        assert differences(cells, alone.cells()) == []
