"""What must hold of every landing: what is published, and how it changes with its rows.

Every property takes a warehouse, a drawn landing and an empty folder, and returns one
line a fault. They are tried on few landings by tests/property, on many by `make fuzz`.
"""

import csv
import gzip
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from math import prod
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook

from orchestration.landing.report import LandingError
from tests.support.broken_rows import (
    BrokenRow,
    broken_copy,
    broken_version,
    some_of,
)
from tests.support.cells import TRACE_COLUMNS, differences
from tests.support.compiled import Built, ModelFailed, Warehouse
from tests.support.drawing import CONTRACT, OBSERVED_UNTIL_AT, Drawn, Landing, Row
from tests.support.landings import write_tables

# what is counted, or shared out, among all that have a profile
OF_ALL_CUSTOMERS = {
    # of those who were prospects, that is
    "metrics.metrics_lifecycle_moves": (
        "customer_count",
        "from_customer_count",
        "move_rate",
    ),
    "metrics.metrics_segments": (
        "customer_count",
        "customer_rate",
        "net_revenue_per_customer_amount",
        "retention_cost_per_customer_amount",
    ),
}
Property = Callable[[Warehouse, Drawn, Path], list[str]]

# what a valid landing may have in quarantine: no rate, and lines of unknown orders
FORESEEN_REASONS = frozenset({"no_exchange_rate", "unknown_order"})
STATES = ("accepted", "superseded", "not_yet", "quarantined")
# dimensions whose values do not depend on who else is there
PLAIN_DIMENSIONS = (
    "all",
    "market",
    "region",
    "language",
    "acquisition_channel",
    "gender",
    "age_band",
)
# words in names of tables and columns that rank, need a least number, are shares, or
# are of models
COMPARED_WITH_OTHERS = frozenset(
    (
        *("associations", "targets", "summary", "average", "median", "per", "rate"),
        *("low", "high", "score", "predicted", "clv", "incremental", "gap"),
        *("typical", "reviewed", "expected", "band", "difference", "cac"),
    )
)


def built(
    warehouse: Warehouse, landing: Path, day: date | None, *, tests: bool = True
) -> Built:
    """Land and build a folder at the instant up to which landings are drawn."""
    return warehouse.run(
        landing,
        as_of_date=day,
        tests=tests,
        doors=tests,
        observed_until_at=OBSERVED_UNTIL_AT,
    )


def publishes(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """All blocking checks pass, nothing is refused, and the accounts add up."""
    worded = drawn.worded()
    try:
        done = built(warehouse, worded.write(folder), drawn.as_of_date)
    except (LandingError, ModelFailed) as error:
        return [f"{type(error).__name__}: {error}"]
    return [
        *(failure.told() for failure in done.failures),
        *(result.told() for result in done.closed_doors),
        *_refused(done),
        *_unaccounted(done, worded.tables),
    ]


def _refused(done: Built) -> list[str]:
    return [
        f"{table}, {column}: {count} rows refused: {reason}"
        for table, column, reason, count in done.query(
            "select table_name, column_name, reason, sum(row_count)"
            " from audit.quarantine_reasons group by all order by all"
        )
        if reason not in FORESEEN_REASONS
    ]


def _unaccounted(done: Built, tables: Landing) -> list[str]:
    """Rows and money that landed, counted here, against the four states and marts."""
    sums = ", ".join(
        f"sum(landed_{kind}) as landed_{kind}, "
        + " + ".join(f"sum({state}_{kind})" for state in STATES)
        + f" as placed_{kind}, sum(accepted_{kind}) as accepted_{kind}"
        for kind in ("row_count", "amount")
    )
    found = {
        row["table_name"]: row
        for row in done.records(
            f"select table_name, {sums} from audit.landing_reconciliation group by all"
        )
    }
    faults = []
    for name, rows in tables.items():
        row = found.get(name, {})
        if not len(rows) == row.get("landed_row_count") == row.get("placed_row_count"):
            faults.append(f"{name}: {len(rows)} rows landed, but {row}")
        amount = _money(name, rows)
        if amount is not None and not (
            amount == row.get("landed_amount") == row.get("placed_amount")
        ):
            faults.append(f"{name}: {amount} landed, but {row}")
    faults += _marts_beside_accepted(done, tables, found)
    return faults


def _money(name: str, rows: Iterable[Row]) -> Decimal | None:
    factors = CONTRACT.table(name).control_amount
    if not factors:
        return None
    return sum(
        (
            prod((_number(row.get(factor)) for factor in factors), start=Decimal(1))
            for row in rows
        ),
        Decimal(0),
    )


def _number(text: str | None) -> Decimal:
    """The number of a text; 0 where it means nothing."""
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)


def _marts_beside_accepted(
    done: Built, tables: Landing, found: dict[str, dict[str, Any]]
) -> list[str]:
    facts = {
        "orders": ("marts.fct_orders", "gross_amount"),
        "refunds": ("marts.fct_refunds", None),
        "order_lines": ("marts.fct_order_lines", None),
        "contacts": ("marts.fct_contacts", None),
        "tickets": ("marts.fct_tickets", None),
    }
    faults = []
    for name, (fact, amount) in facts.items():
        if name not in tables:
            continue
        money = f"sum({amount})" if amount else "null"
        ((count, total),) = done.query(f"select count(*), {money} from {fact}")
        if count != found[name]["accepted_row_count"]:
            faults.append(f"{fact} has {count} rows, accepted were {found[name]}")
        currencies = {row.get("currency_code") for row in tables[name]}
        if (
            amount
            and currencies <= {None, "NULL", "n/a"}
            and total != found[name]["accepted_amount"]
        ):
            faults.append(f"{fact} holds {total}, accepted were {found[name]}")
    return faults


def same_in_other_files(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Files split and re-formatted in their order: all cells but where rows lie."""
    expected = _cells(warehouse, drawn.write(folder / "whole"), drawn.as_of_date)
    dice = random.Random(drawn.row_count)
    other = folder / "other"
    for name, rows in drawn.tables.items():
        pieces = 1 if name in drawn.whole else min(len(rows), dice.choice((1, 2, 11)))
        bounds = [len(rows) * piece // pieces for piece in range(pieces + 1)]
        for piece in range(pieces):
            write = dice.choice((_csv_gz, _json_lines, _json_lines_gz, _parquet, _xlsx))
            part = rows[bounds[piece] : bounds[piece + 1]]
            (other / name).mkdir(parents=True, exist_ok=True)
            write(other / name / f"{name}_{piece}", part)
    return differences(expected, _cells(warehouse, other, drawn.as_of_date))


def same_in_any_order(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Rows of other keys, or of other `updated_at`, in another order: all cells but
    where rows lie."""
    unique = replace(
        drawn,
        tables={name: _told_apart(name, rows) for name, rows in drawn.tables.items()},
    )
    expected = _cells(warehouse, unique.write(folder / "drawn"), drawn.as_of_date)
    mixed = {
        name: random.Random(1).sample(rows, len(rows))
        for name, rows in unique.tables.items()
    }
    other = write_tables(folder / "mixed", **mixed)
    return differences(expected, _cells(warehouse, other, drawn.as_of_date))


def same_night_by_night(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Files that land one night after the other: all cells but where rows lie."""
    expected = _cells(warehouse, drawn.write(folder / "whole"), drawn.as_of_date)
    nights = folder / "nights"
    warehouse.reset()
    for night in range(3):
        for name, rows in drawn.tables.items():
            bounds = [len(rows) * piece // 3 for piece in range(4)]
            # a dump holds the rows of the nights before it too
            begin = 0 if name in drawn.whole else bounds[night]
            part = rows[begin : bounds[night + 1]]
            if part:
                _json_lines(_made(nights / name) / f"{name}_{night}", part)
        if not (nights / "orders").exists():
            continue
        report = warehouse.land(nights, OBSERVED_UNTIL_AT - timedelta(2 - night))
    done = warehouse.build(
        report, as_of_date=drawn.as_of_date, tests=False, doors=False
    )
    return differences(expected, done.cells())


def same_with_words_for_nothing(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """Words of `null_words` and `stand_in_ids` in empty cells: all cells."""
    expected = _cells(warehouse, drawn.write(folder / "plain"), drawn.as_of_date)
    worded = drawn.worded().write(folder / "worded")
    return differences(expected, _cells(warehouse, worded, drawn.as_of_date))


def same_after_older_dumps(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """A dump before of the tables in `whole_tables`: all cells, and nothing is lost."""
    expected = _cells(warehouse, drawn.write(folder / "newest"), drawn.as_of_date)
    both = folder / "both"
    older = drawn.dump_before()
    for name, rows in drawn.tables.items():
        write_tables(_made(both / name), **{f"{name}_2": rows})
        if name in older:
            write_tables(both / name, **{f"{name}_1": older[name]})
    done = built(warehouse, both, drawn.as_of_date, tests=False)
    landed = {n: [*older.get(n, ()), *rows] for n, rows in drawn.tables.items()}
    return [*differences(expected, done.cells()), *_unaccounted(done, landed)]


def same_before_the_future(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """What happens and becomes known after the day, in any table: all cells."""
    days = [str(row["ordered_at"])[:10] for row in drawn.tables["orders"]]
    day = drawn.as_of_date or date.fromisoformat(max(days)) + timedelta(2)
    expected = _cells(warehouse, drawn.write(folder / "before"), day)
    later = f"{day + timedelta(3)}T12:00:00Z"
    tables = {
        name: [*rows, *(_moved(name, row, later) for row in rows[:5])]
        for name, rows in drawn.tables.items()
    }
    after = write_tables(folder / "after", **tables)
    return differences(expected, _cells(warehouse, after, day))


def doubled_by_a_copy(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Two disjoint copies of a company: counts and amounts of plain dimensions."""
    tables = {
        name: [
            row
            for row in rows
            if name != "costs" or row.get("scope") not in ("segment", "tier")
        ]
        for name, rows in drawn.tables.items()
    }
    tables = {name: rows for name, rows in tables.items() if rows}
    first = write_tables(folder / "one", **tables)
    once = _sums(built(warehouse, first, drawn.as_of_date, tests=False))
    both = {
        name: rows
        if name == "exchange_rates"
        else [*rows, *(_copied(row) for row in rows)]
        for name, rows in tables.items()
    }
    second = write_tables(folder / "two", **both)
    twice = _sums(built(warehouse, second, drawn.as_of_date, tests=False))
    return _not_times(once, twice, lambda column: 2)


def scaled_with_amounts(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Amounts times a power of ten: money columns are, counts are as they were."""
    factor = 10 ** random.Random(drawn.row_count).choice((1, 1, 2, 3))
    tables = {
        name: [
            {
                column: None if column == "currency_code" else value
                for column, value in row.items()
            }
            for row in rows
        ]
        for name, rows in drawn.tables.items()
        if name not in ("exchange_rates", "loyalty_entries")
    }
    # a tenth of a cent in price times quantity would be rounded
    tables = {
        name: [_times(_capped(row), Decimal(10)) for row in rows]
        for name, rows in tables.items()
    }
    first = write_tables(folder / "one", **tables)
    once = _sums(built(warehouse, first, drawn.as_of_date, tests=False))
    more = {
        name: [_times(r, Decimal(factor)) for r in rs] for name, rs in tables.items()
    }
    second = write_tables(folder / "ten", **more)
    tenfold = _sums(built(warehouse, second, drawn.as_of_date, tests=False))
    return _not_times(
        once,
        tenfold,
        lambda column: factor if column.endswith("_amount") else 1,
        len(tables.get("costs", ())),
    )


def unmoved_by_a_prospect(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """A customer with a profile and no event: all cells but shares of all customers.

    Rows come in addition, of the newcomer and of its market; none holds money.
    """
    before = built(
        warehouse, drawn.write(folder / "before"), drawn.as_of_date, tests=False
    )
    expected = _rows_by_key(before, warehouse)
    day = before.query("select as_of_date from state.intermediate.int_as_of")[0][0]
    newcomer: Row = {
        "customer_id": "prospect-1",
        "created_at": f"{day - timedelta(400)}T00:00:00Z",
    }
    tables = {
        **drawn.tables,
        "customers": [*drawn.tables.get("customers", []), newcomer],
    }
    after = write_tables(folder / "after", **tables)
    done = built(warehouse, after, drawn.as_of_date, tests=False)
    found = _rows_by_key(done, warehouse)
    faults = []
    for place in sorted(expected.keys() | found.keys(), key=str):
        row, other = expected.get(place), found.get(place)
        if other is None:
            faults.append(f"{place} is gone")
        elif row is None:
            faults += [
                f"{place} is new, with {column} {value}"
                for column, value in other.items()
                if column.endswith("_amount") and value
            ]
        else:
            faults += [
                f"{place}, {column}: {value} is now {other[column]}"
                for column, value in row.items()
                if value != other[column] and not _is_of_all(place, column)
            ]
    return faults[:20]


def _is_of_all(place: tuple[str, ...], column: str) -> bool:
    is_shared = column in OF_ALL_CUSTOMERS.get(place[0], ())
    return is_shared and ("moves" not in place[0] or "prospect" in place)


RowsByKey = dict[tuple[str, ...], dict[str, Any]]


def _rows_by_key(done: Built, warehouse: Warehouse) -> RowsByKey:
    """Every published row by its table and key, without where it came from."""
    return {
        (name, *(str(row[column]) for column in key)): {
            column: value
            for column, value in row.items()
            if column not in TRACE_COLUMNS
        }
        for name, key in warehouse.compiled.keys.items()
        if name.startswith(("marts.", "metrics."))
        for row in done.records(f"select * from {name}")
    }


def refused_by_name(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """One thing wrong in one more row: that row alone is in quarantine, all cells are.

    The row has a key of its own, or is a later version of one that is accepted.
    """
    dice = random.Random(drawn.row_count)
    broken = some_of(dice, drawn.tables)
    before = built(
        warehouse, drawn.write(folder / "before"), drawn.as_of_date, tests=False
    )
    expected, cells = _quarantined(before), before.cells()
    row = broken_copy(drawn, broken, dice.randrange(100))
    version = broken_version(row, broken, drawn, _accepted(before, broken.table))
    if version is not None and dice.random() < 0.5:
        row = version
    rows = [*drawn.tables[broken.table], row]
    after = write_tables(folder / "after", **{**drawn.tables, broken.table: rows})
    done = built(warehouse, after, drawn.as_of_date, tests=False)
    expected[(f"{broken.table}.csv", len(rows))] = broken.told
    found = _quarantined(done)
    faults = [
        f"{broken}: {place} was {expected.get(place)}, is {found.get(place)}"
        for place in sorted(expected.keys() | found.keys())
        if expected.get(place) != found.get(place)
    ]
    faults += _untold(done, broken, row, len(rows))
    faults += _unaccounted(done, {**drawn.tables, broken.table: rows})
    return faults + [f"{broken}: {d}" for d in differences(cells, done.cells())]


Places = dict[tuple[str, int], str]


def _quarantined(done: Built) -> Places:
    """The reasons against every row in quarantine, by file and record."""
    return {
        (path, record): reasons
        for path, record, reasons in done.query(
            "select file_path, record_number, reasons"
            " from private.personal.quarantined_rows"
        )
    }


def _accepted(done: Built, table: str) -> list[int]:
    """The places of the rows in force among those of a table, from 0 on."""
    rows = done.query(
        "select record_number - 1 from state.intermediate.int_row_states"
        f" where table_name = '{table}' and row_state = 'accepted' order by all"
    )
    return [place for (place,) in rows]


def _untold(done: Built, broken: BrokenRow, row: Row, record: int) -> list[str]:
    """What the row as it came, and the counts of reasons, do not say."""
    kept = done.query(
        "select row_text from private.personal.quarantined_rows"
        f" where table_name = '{broken.table}' and record_number = {record}"
    )
    came = {name: value for name, value in row.items() if value is not None}
    names = CONTRACT.table(broken.table).column_names
    told = [
        {n: v for n, v in json.loads(text).items() if n in names and v is not None}
        for (text,) in kept
    ]
    if told != [came]:
        return [f"{broken}: {came} came, and is told as {told}"]
    counted = done.query(
        "select sum(row_count) from audit.quarantine_reasons"
        f" where table_name = '{broken.table}' and column_name = '{broken.column}'"
        f" and reason = '{broken.reason}' and file_path = '{broken.table}.csv'"
    )
    return [] if counted[0][0] else [f"{broken}: is not counted by its reason"]


def other_properties(settings: Mapping[str, Any] | None = None) -> dict[str, Property]:
    """All properties but `publishes` by name; of settings those that say something."""
    found: tuple[Property, ...] = (
        same_in_other_files,
        same_in_any_order,
        same_night_by_night,
        same_before_the_future,
        doubled_by_a_copy,
        scaled_with_amounts,
        unmoved_by_a_prospect,
        refused_by_name,
        same_with_words_for_nothing,
        same_after_older_dumps,
    )
    needed = {
        same_with_words_for_nothing: "null_words",
        same_after_older_dumps: "whole_tables",
    }
    return {
        one.__name__: one
        for one in found
        if settings is None or needed.get(one, "") in {"", *settings}
    }


def shrunk(
    drawn: Drawn, is_faulty: Callable[[Drawn], bool], most_tries: int = 60
) -> Drawn:
    """Leave out tables, rows and columns as long as the fault stays."""
    tries = 0

    def still(tables: Landing) -> bool:
        nonlocal tries
        tries += 1
        return tries <= most_tries and is_faulty(replace(drawn, tables=tables))

    tables = dict(drawn.tables)
    for name in sorted(tables, key=lambda name: len(tables[name])):
        fewer = {other: rows for other, rows in tables.items() if other != name}
        if name != "orders" and still(fewer):
            tables = fewer
    for name in sorted(tables, key=lambda name: -len(tables[name])):
        size = len(tables[name])
        while size > 1:
            size = (size + 1) // 2
            start = 0
            while start < len(tables[name]) and len(tables[name]) > 1:
                kept = tables[name][:start] + tables[name][start + size :]
                if kept and still({**tables, name: kept}):
                    tables[name] = kept
                else:
                    start += size
            if size == 1:
                break
    for name, rows in list(tables.items()):
        for column in CONTRACT.table(name).columns:
            if column.required or not any(row.get(column.name) for row in rows):
                continue
            fewer_columns = [
                {key: value for key, value in row.items() if key != column.name}
                for row in tables[name]
            ]
            if still({**tables, name: fewer_columns}):
                tables[name] = fewer_columns
    return replace(drawn, tables=tables)


def _cells(warehouse: Warehouse, landing: Path, day: date | None) -> Any:
    return built(warehouse, landing, day, tests=False).cells()


Sums = dict[tuple[str, ...], dict[str, Any]]


def _sums(done: Built) -> Sums:
    """Counts and amounts of facts, and of metrics by dimension and period."""
    columns: dict[str, list[str]] = {}
    for schema, table, column in done.query(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where schema_name in ('marts', 'metrics')"
        " and database_name = current_database() order by all"
    ):
        columns.setdefault(f"{schema}.{table}", []).append(column)
    found: Sums = {}
    for table, names in columns.items():
        is_fact = table.startswith("marts.fct_") and "customer_months" not in table
        if not is_fact and "dimension" not in names:
            continue
        if _is_compared(table):
            continue
        summed = [
            name
            for name in names
            if name.endswith(("_count", "_amount")) and not _is_compared(name)
        ]
        if not summed:
            continue
        keys = [
            name
            for name in names
            if not is_fact
            and (
                name in ("dimension", "dimension_value", "survey_type", "kind")
                or "grain" in name
                or name.endswith("_start_date")
                or name == "period_number"
            )
        ]
        where = "" if is_fact else f" where dimension in {PLAIN_DIMENSIONS}"
        parts = [f"cast({key} as varchar) as {key}" for key in keys]
        parts += [f"sum({name}) as {name}" for name in summed]
        for row in done.records(
            f"select {', '.join(parts)}, count(*) as all_rows_count"
            f" from {table}{where} group by all"
        ):
            key = (table, *(str(row.pop(name)) for name in keys))
            if not is_fact:
                row.pop("all_rows_count")
            found[key] = row
    return found


def _is_compared(name: str) -> bool:
    words = re.split("[._]", name)
    return not COMPARED_WITH_OTHERS.isdisjoint(words)


def _not_times(
    once: Sums, more: Sums, factor: Callable[[str], int], cost_count: int = 0
) -> list[str]:
    faults = []
    for key in sorted(once.keys() | more.keys()):
        left, right = once.get(key), more.get(key)
        if left is None or right is None:
            faults.append(f"{' '.join(key)} is in one only")
            continue
        for column, value in left.items():
            other = right.get(column)
            if value is None and other is None:
                continue
            wanted = (value or 0) * factor(column)
            # what a cost line leaves to a month is rounded to a cent
            is_money = column.endswith("_amount")
            has_costs = any("cost" in w or "econ" in w for w in (key[0], column))
            cents = 1 + cost_count * has_costs
            within = Decimal("0.005") * factor(column) * cents if is_money else 0
            if abs(Decimal(str(wanted)) - Decimal(str(other or 0))) > within:
                faults.append(f"{' '.join(key)}, {column}: {wanted} is not {other}")
    return faults[:20]


def _told_apart(name: str, rows: list[Row]) -> list[Row]:
    """Rows of which no order is needed to say which one is in force.

    Moments are written in several ways: those of one key are days apart, so that none
    is another one's.
    """
    key = CONTRACT.table(name).key
    kept: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        same = kept.setdefault(tuple(row.get(column) for column in key), [])
        days = [_day(other.get("updated_at")) for other in same]
        if all(abs((_day(row.get("updated_at")) - day).days) > 2 for day in days):
            same.append(row)
    return [row for same in kept.values() for row in same]


def _day(moment: str | None) -> date:
    return date.fromisoformat(moment[:10]) if moment else date(1, 1, 1)


def _moved(name: str, row: Row, later: str) -> Row:
    """A row of another key that happened later, and became known then."""
    table = CONTRACT.table(name)
    own = next((column for column in table.key if column == f"{_stem(name)}_id"), None)
    moved = dict(row)
    for column in table.columns:
        is_day = column.data_type == "date" and column.name != "birth_date"
        if column.name == table.event_at or (
            moved.get(column.name) and (column.data_type == "timestamp" or is_day)
        ):
            moved[column.name] = later[:10] if is_day else later
    if name != "exchange_rates":
        moved["updated_at"] = later
    if own:
        moved[own] = f"later-{row[own]}"
    return moved


def _stem(name: str) -> str:
    return name.removesuffix("s")


def _copied(row: Row) -> Row:
    """The row of a company beside: other ids, and people who are nobody else."""
    copied = {
        column: f"copy-{value}" if value and column.endswith("_id") else value
        for column, value in row.items()
    }
    copied["product_id"] = row.get("product_id")
    for column in ("email", "full_name", "loyalty_number", "external_ids"):
        if row.get(column):
            copied[column] = f"copy{row[column]}"
    if row.get("phone"):
        copied["phone"] = f"{row['phone']}9"
    if row.get("scope") in ("customer", "campaign") and row.get("scope_value"):
        system, between, own = str(row["scope_value"]).rpartition(":")
        copied["scope_value"] = f"{system}{between}copy-{own}"
    return {column: copied[column] for column in row}


def _capped(row: Row) -> Row:
    """The row with amounts that stay in range when they are multiplied."""
    return {
        column: str(10**6)
        if "amount" in column and abs(_number(value)) > 10**6
        else value
        for column, value in row.items()
    }


def _times(row: Row, factor: Decimal) -> Row:
    return {
        column: str(Decimal(value) * factor) if value and "amount" in column else value
        for column, value in row.items()
    }


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _json_lines(stem: Path, rows: list[Row]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in _filled(rows))
    stem.with_suffix(".jsonl").write_text(text, encoding="utf-8")


def _json_lines_gz(stem: Path, rows: list[Row]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in _filled(rows))
    with gzip.open(f"{stem}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(text)


def _xlsx(stem: Path, rows: list[Row]) -> None:
    filled = _filled(rows)
    book = Workbook()
    for row in ({name: name for name in filled[0]}, *filled):
        book.active.append(list(row.values()))
    book.save(f"{stem}.xlsx")


def _csv_gz(stem: Path, rows: list[Row]) -> None:
    filled = _filled(rows)
    with gzip.open(f"{stem}.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(filled[0]))
        writer.writeheader()
        writer.writerows(filled)


def _parquet(stem: Path, rows: list[Row]) -> None:
    filled = _filled(rows)
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" varchar' for name in filled[0])
        connection.execute(f"create table landed ({columns})")
        places = ", ".join("?" for _ in filled[0])
        connection.executemany(
            f"insert into landed values ({places})", [list(r.values()) for r in filled]
        )
        connection.execute(f"copy landed to '{stem}.parquet' (format parquet)")


def _filled(rows: list[Row]) -> list[Row]:
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
