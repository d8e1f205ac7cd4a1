"""Compare all public tables of two homes cell by cell.

`make compare A=warehouse B=/elsewhere/warehouse`: each side is a home (its published
version) or an `analytics.duckdb`. Says of every table that differs how: columns and
types, rows, cells by column, and the first keys with both values; ends with 1 where
anything differs. WITHOUT="landed_at refresh_id" leaves out columns that follow the
clock. Reads both sides only. Comparing builds within tests is in tests/support/cells.

A table is summed up by hashes first, in buckets; only buckets that differ are compared
row by row, as sets in which a row may come more than once. Null equals null.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from orchestration.store.databases import PUBLIC_SCHEMAS
from orchestration.text.quoting import quoted_name, quoted_text

BUCKETS = 256
SHOWN = 3
PROJECT = Path(__file__).resolve().parents[1]
Columns = dict[str, str]


@dataclass
class Difference:
    """What differs of one table, in lines that a person reads."""

    table: str
    lines: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return all of it, the table first."""
        return "\n  ".join([self.table, *self.lines])


def main(words: Sequence[str] | None = None) -> int:
    """Compare as a command: 0 where all cells are equal, 1 where not, 2 if unread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare")
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--without", default="", help="columns that are left out")
    given = parser.parse_args(words)
    sides = analytics_of(given.a), analytics_of(given.b)
    for path in sides:
        if not path.is_file():
            print(f"{path} is not there: a home or an analytics.duckdb is needed")
            return 2
    table_count, found = compare(*sides, without=given.without.split(), keys=keys())
    for difference in found:
        print(difference.told())
    print(f"{len(found)} of {table_count} tables differ")
    return 1 if found else 0


def analytics_of(path: Path) -> Path:
    """Return the published database of a home; a file is taken as it is."""
    return path / "current" / "analytics.duckdb" if path.is_dir() else path


def keys(models: Path = PROJECT / "models") -> dict[str, list[str]]:
    """Return the key columns that the YAML of public models names, by model."""
    named: dict[str, list[str]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(models.rglob("*.yml")):
        for model in (yaml.load(path.read_text(), loader) or {}).get("models", []):
            key = model.get("config", {}).get("meta", {}).get("key")
            if key:
                named[model["name"]] = list(key)
    return named


def compare(
    a: Path,
    b: Path,
    *,
    without: Sequence[str] = (),
    keys: Mapping[str, Sequence[str]] | None = None,
) -> tuple[int, list[Difference]]:
    """Return how many tables there are, and the differences of those that differ.

    Rows are matched by the key of their table, where `keys` names one.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for alias, path in (("a", a), ("b", b)):
            name = quoted_text(str(path))
            connection.execute(f"attach {name} as {alias} (read_only)")
        tables = {alias: _tables(connection, alias, set(without)) for alias in "ab"}
        found = [
            _compared(
                connection,
                table,
                tables["a"].get(table),
                tables["b"].get(table),
                list((keys or {}).get(table.split(".")[1], ())),
            )
            for table in sorted(tables["a"].keys() | tables["b"].keys())
        ]
    return len(found), [difference for difference in found if difference.lines]


def _tables(
    connection: duckdb.DuckDBPyConnection, alias: str, without: set[str]
) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for table, column, kind in connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type"
        " from duckdb_columns() where database_name = ? and not internal"
        " and list_contains(?, schema_name) order by table_name, column_index",
        [alias, list(PUBLIC_SCHEMAS)],
    ).fetchall():
        columns = tables.setdefault(table, {})
        if column not in without:
            columns[column] = kind
    return tables


def _compared(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    a: Columns | None,
    b: Columns | None,
    key: list[str],
) -> Difference:
    """Compare one table; the two sides are its columns with types, None if missing."""
    difference = Difference(table)
    say = difference.lines.append
    if a is None or b is None:
        say(f"is in {'B' if a is None else 'A'} only")
        return difference
    for name in sorted(a.keys() | b.keys()):
        if name not in a or name not in b:
            say(f"column {name} is in {'A' if name in a else 'B'} only")
        elif a[name] != b[name]:
            say(f"column {name} is {a[name]} in A, {b[name]} in B")
    common = [name for name in a if name in b]
    if not difference.lines and list(a) != list(b):
        say(f"columns are in another order: {', '.join(a)} / {', '.join(b)}")
    if common:
        _compare_rows(connection, table, common, key, difference)
    return difference


def _compare_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    key: list[str],
    difference: Difference,
) -> None:
    names = ", ".join(quoted_name(name) for name in columns)
    bucket = f"hash({names}) % {BUCKETS}"
    sums = [
        f'select {bucket} as "a bucket", count(*) as row_count, sum(hash({names}))'
        f" as hash_sum, bit_xor(hash({names})) as hash_mix from {alias}.{table}"
        ' group by "a bucket"'
        for alias in "ab"
    ]
    buckets = [
        str(number)
        for (number,) in connection.execute(
            f'select distinct "a bucket" from ((({sums[0]}) except ({sums[1]}))'
            f" union all (({sums[1]}) except ({sums[0]}))) order by all"
        ).fetchall()
    ]
    if not buckets:
        return
    rows = {
        alias: f"select {names} from {alias}.{table}"
        f" where {bucket} in ({', '.join(buckets)})"
        for alias in "ab"
    }
    for alias, other in (("a", "b"), ("b", "a")):
        connection.execute(
            f"create or replace temp table only_{alias} as"
            f" ({rows[alias]}) except all ({rows[other]})"
        )
    counts = {
        name: _number(connection, f"select count(*) from {source}")
        for name, source in {
            "a": f"a.{table}",
            "b": f"b.{table}",
            "only_a": "only_a",
            "only_b": "only_b",
        }.items()
    }
    if not counts["only_a"] and not counts["only_b"]:
        return
    difference.lines.append(
        f"rows: {counts['a']:,} in A, {counts['b']:,} in B;"
        f" {counts['only_a']:,} of A are not in B, {counts['only_b']:,} of B not in A"
    )
    if key and set(key) <= set(columns):
        _tell_cells(connection, columns, key, difference)
    else:
        _tell_rows(connection, columns, difference)


def _tell_cells(
    connection: duckdb.DuckDBPyConnection,
    columns: list[str],
    key: list[str],
    difference: Difference,
) -> None:
    """Tell what differs by column, of rows that have the same key on both sides."""
    matched = " and ".join(
        f"a.{quoted_name(name)} is not distinct from b.{quoted_name(name)}"
        for name in key
    )
    keyed = ", ".join(f"a.{quoted_name(name)}" for name in key)
    for alias, other in (("a", "b"), ("b", "a")):
        shown = ", ".join(f"{alias}.{quoted_name(name)}" for name in key)
        left = (
            f"from only_{alias} as {alias} where not exists"
            f" (select 1 from only_{other} as {other} where {matched})"
        )
        count = _number(connection, f"select count(*) {left}")
        if count:
            first = connection.execute(
                f"select {shown} {left} order by all limit {SHOWN}"
            ).fetchall()
            difference.lines.append(
                f"{count:,} keys are in {alias.upper()} only: {_listed(key, first)}"
            )
    for column in (name for name in columns if name not in key):
        name = quoted_name(column)
        unequal = (
            f"from only_a as a inner join only_b as b on {matched}"
            f" where a.{name} is distinct from b.{name}"
        )
        count = _number(connection, f"select count(*) {unequal}")
        if count:
            first = connection.execute(
                f"select {keyed}, a.{name}, b.{name} {unequal}"
                f" order by all limit {SHOWN}"
            ).fetchall()
            shown = "; ".join(
                f"{_listed(key, [row[:-2]])}: {row[-2]!s} / {row[-1]!s}"
                for row in first
            )
            difference.lines.append(f"{column}: {count:,} rows differ: {shown}")


def _tell_rows(
    connection: duckdb.DuckDBPyConnection, columns: list[str], difference: Difference
) -> None:
    for alias in "ab":
        for row in connection.execute(
            f"select * from only_{alias} order by all limit {SHOWN}"
        ).fetchall():
            told = _listed(columns, [row])
            difference.lines.append(f"in {alias.upper()} only: {told}")


def _listed(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    return "; ".join(
        ", ".join(f"{name}={value!s}" for name, value in zip(names, row, strict=True))
        for row in rows
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return 0 if row is None else int(row[0])


if __name__ == "__main__":
    sys.exit(main())
