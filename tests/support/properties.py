"""What must hold of every landing: what is published, and how it changes with its rows.

Every property takes a warehouse, a drawn landing and an empty folder, and returns one
line a fault. They are tried on few landings by tests/property, on many by `make fuzz`.
"""

import csv
import gzip
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from math import prod
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.report import LandingError
from tests.support.broken_rows import (
    BrokenRow,
    broken_copy,
    broken_version,
    some_of,
)
from tests.support.cells import differences
from tests.support.compiled import Built, ModelFailed, Warehouse
from tests.support.drawing import CONTRACT, OBSERVED_UNTIL_AT, Drawn, Landing, Row
from tests.support.landings import write_tables

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
# tables and columns that rank, need a least number, are shares, or are of models
COMPARED_WITH_OTHERS = (
    *("metrics_product_associations", "metrics_targets", "metrics_summary"),
    *("average", "median", "_per_", "rate", "low", "high", "score", "predicted"),
    *("clv", "incremental", "gap", "typical", "reviewed", "expected", "band"),
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
    try:
        done = built(warehouse, drawn.write(folder), drawn.as_of_date)
    except (LandingError, ModelFailed) as error:
        return [f"{type(error).__name__}: {error}"]
    return [
        *(failure.told() for failure in done.failures),
        *(result.told() for result in done.closed_doors),
        *_refused(done),
        *_unaccounted(done, drawn.tables),
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
            prod(
                (Decimal(row.get(factor) or 0) for factor in factors), start=Decimal(1)
            )
            for row in rows
        ),
        Decimal(0),
    )


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
        if amount and currencies <= {None} and total != found[name]["accepted_amount"]:
            faults.append(f"{fact} holds {total}, accepted were {found[name]}")
    return faults


def same_in_other_files(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Files split and re-formatted in their order: all cells but where rows lie."""
    expected = _cells(warehouse, drawn.write(folder / "whole"), drawn.as_of_date)
    dice = random.Random(drawn.row_count)
    other = folder / "other"
    for name, rows in drawn.tables.items():
        pieces = min(len(rows), dice.choice((1, 2, 11)))
        bounds = [len(rows) * piece // pieces for piece in range(pieces + 1)]
        for piece in range(pieces):
            write = dice.choice((_csv_gz, _json_lines, _parquet))
            part = rows[bounds[piece] : bounds[piece + 1]]
            (other / name).mkdir(parents=True, exist_ok=True)
            write(other / name / f"{name}_{piece}", part)
    return differences(expected, _cells(warehouse, other, drawn.as_of_date))


def same_in_any_order(warehouse: Warehouse, drawn: Drawn, folder: Path) -> list[str]:
    """Rows of other keys in another order: all cells but where rows lie."""
    unique = replace(
        drawn,
        tables={name: _by_key(name, rows) for name, rows in drawn.tables.items()},
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
            part = rows[bounds[night] : bounds[night + 1]]
            if part:
                _json_lines(_made(nights / name) / f"{name}_{night}", part)
        if not (nights / "orders").exists():
            continue
        report = warehouse.land(nights, OBSERVED_UNTIL_AT - timedelta(2 - night))
    done = warehouse.build(
        report, as_of_date=drawn.as_of_date, tests=False, doors=False
    )
    return differences(expected, done.cells())


def same_before_the_future(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """What happens and becomes known after the day: all cells."""
    days = [str(row["ordered_at"])[:10] for row in drawn.tables["orders"]]
    day = drawn.as_of_date or date.fromisoformat(max(days)) + timedelta(2)
    expected = _cells(warehouse, drawn.write(folder / "before"), day)
    later = f"{day + timedelta(3)}T12:00:00Z"
    tables = dict(drawn.tables)
    for name in ("customers", "orders", "refunds", "tickets", "contacts", "consents"):
        table = CONTRACT.table(name)
        rows = drawn.tables.get(name, [])
        future = [_moved(name, row, later) for row in rows[:5]]
        if "updated_at" in table.column_names:
            future = [{**row, "updated_at": later} for row in future]
        if rows:
            tables[name] = [*rows, *future]
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
    """Amounts times ten: money columns times ten, counts as they are."""
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
    tables = {
        name: [
            _times(row, Decimal("0.1") if _is_big(row) else Decimal(1)) for row in rs
        ]
        for name, rs in tables.items()
    }
    first = write_tables(folder / "one", **tables)
    once = _sums(built(warehouse, first, drawn.as_of_date, tests=False))
    more = {name: [_times(r, Decimal(10)) for r in rs] for name, rs in tables.items()}
    second = write_tables(folder / "ten", **more)
    tenfold = _sums(built(warehouse, second, drawn.as_of_date, tests=False))
    return _not_times(
        once, tenfold, lambda column: 10 if column.endswith("_amount") else 1
    )


def unmoved_by_a_prospect(
    warehouse: Warehouse, drawn: Drawn, folder: Path
) -> list[str]:
    """A customer with a profile and no event: facts, and metrics of who bought."""
    before = built(
        warehouse, drawn.write(folder / "before"), drawn.as_of_date, tests=False
    )
    expected = _sums(before)
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
    found = _sums(built(warehouse, after, drawn.as_of_date, tests=False))
    without = {
        key: values
        for key, values in expected.items()
        if key[0].startswith(
            ("marts.fct_orders", "marts.fct_re", "metrics.metrics_pur")
        )
        or key[0] in ("metrics.metrics_retention", "metrics.metrics_cohorts")
    }
    return _not_times(without, {k: found.get(k, {}) for k in without}, lambda _: 1)


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


def other_properties() -> dict[str, Property]:
    """All properties but `publishes`, by name."""
    return {
        one.__name__: one
        for one in (
            same_in_other_files,
            same_in_any_order,
            same_night_by_night,
            same_before_the_future,
            doubled_by_a_copy,
            scaled_with_amounts,
            unmoved_by_a_prospect,
            refused_by_name,
        )
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
        if any(word in table for word in COMPARED_WITH_OTHERS):
            continue
        summed = [
            name
            for name in names
            if name.endswith(("_count", "_amount"))
            and not any(word in name for word in COMPARED_WITH_OTHERS)
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


def _not_times(once: Sums, more: Sums, factor: Callable[[str], int]) -> list[str]:
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
            # shares of a cost are cut at six decimals, money at two
            within = Decimal("0.05") if column.endswith("_amount") else 0
            if abs(Decimal(str(wanted)) - Decimal(str(other or 0))) > within:
                faults.append(f"{' '.join(key)}, {column}: {wanted} is not {other}")
    return faults[:20]


def _by_key(name: str, rows: list[Row]) -> list[Row]:
    key = CONTRACT.table(name).key
    return list(
        {tuple(row.get(column) for column in key): row for row in rows}.values()
    )


def _moved(name: str, row: Row, later: str) -> Row:
    """A row of another key that happened later."""
    table = CONTRACT.table(name)
    own = next((column for column in table.key if column == f"{_stem(name)}_id"), None)
    moved = dict(row)
    for column in table.columns:
        if column.data_type == "timestamp" and moved.get(column.name):
            moved[column.name] = later
    if table.event_at:
        moved[table.event_at] = later
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


def _is_big(row: Row) -> bool:
    for column, value in row.items():
        if column.endswith("amount") and value:
            try:
                if abs(Decimal(value)) > 10**9:
                    return True
            except InvalidOperation:
                return False
    return False


def _times(row: Row, factor: Decimal) -> Row:
    return {
        column: str(Decimal(value) * factor)
        if value and (column == "amount" or column.endswith("_amount"))
        else value
        for column, value in row.items()
    }


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _json_lines(stem: Path, rows: list[Row]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in _filled(rows))
    stem.with_suffix(".jsonl").write_text(text, encoding="utf-8")


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
