"""Writes the tables as a landing folder: CSV and JSON by Python, or Parquet by DuckDB.

The demo layout shows what the contract allows: folders and single files, by system, by
quarter, compressed, with and without `source_system`, a byte order mark, CRLF line
ends, shouted column names. Bytes depend on nothing but the tables: no clock, no locale.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, cast

import duckdb
import numpy as np
import pandas as pd

from orchestration.synthetic import dirt
from orchestration.synthetic.columns import (
    MISSING,
    Column,
    Number,
    Table,
    Texts,
    row_count,
    take,
)
from orchestration.synthetic.randomness import Integers
from orchestration.synthetic.simulation import TRUTH, company_tables, people_tables

ENCODING = "utf-8"
GZIP_LEVEL = 9


@dataclass(frozen=True)
class Layout:
    """Where the rows of a table go, and how the file looks.

    `path` may hold {system}, {year} and {quarter}, the latter two of the first of the
    columns `dated_by` that is not missing.
    """

    path: str
    dated_by: tuple[str, ...] = ()
    newline: str = "\n"
    begin: str = ""
    header: str = ""


LAYOUTS = {
    "customers": Layout("customers/{system}.csv"),
    "consents": Layout("consents.csv"),
    "orders": Layout(
        "orders/{system}/{year}-Q{quarter}.csv", ("updated_at", "ordered_at")
    ),
    "order_lines": Layout("order_lines/{year}-Q{quarter}.csv.gz", ("_ordered_at",)),
    "refunds": Layout("refunds.csv", newline="\r\n"),
    "survey_responses": Layout("survey_responses.jsonl"),
    "costs": Layout("costs.csv"),
    "contacts": Layout("contacts/{year}.csv.gz", ("contacted_at",)),
    "tickets": Layout("tickets/{system}.csv"),
    "loyalty_entries": Layout("loyalty_entries.csv.gz"),
    "campaigns": Layout(
        "campaigns.csv",
        header="Campaign_ID, CAMPAIGN_NAME ,Purpose,Channel, Started_At ,ENDED_AT",
    ),
    "campaign_members": Layout("campaign_members.csv"),
    "exchange_rates": Layout("exchange_rates.csv", begin="\ufeff"),
    "erasure_requests": Layout("erasure_requests.csv"),
}

# what the layouts above do on purpose, in words for the README
FILE_DIRT = (
    "`exchange_rates.csv` begins with a byte order mark",
    "`refunds.csv` has CRLF line ends",
    "`campaigns.csv` shouts its column names and puts blanks around them",
    "`orders/main/**`, `customers/main.csv` and `tickets/main.csv` have no "
    "`source_system` (means `main`)",
    "a new version of an order lies in the file of the quarter of its `updated_at`",
    "`survey_responses.jsonl` leaves out keys without a value",
    "`order_lines/manual_entries.csv` has a column that the contract does not know",
)


def write_landing(out: Path, truth: Path, people: int, seed: int) -> dict[str, int]:
    """Write the demo layout with its dirt; return the clean rows by file path."""
    with ExitStack() as stack:
        files = _OpenFiles(out, stack)
        for name, table in _all_tables(people, seed):
            if name == TRUTH:
                _write_truth(truth, table, stack)
            else:
                files.write(name, table)
        files.end()
        return files.rows


def _all_tables(people: int, seed: int) -> Iterator[tuple[str, Table]]:
    yield from company_tables(people, seed).items()
    for tables in people_tables(people, seed):
        yield from tables.items()


class _OpenFiles:
    """The files of a landing folder, each opened with its first row."""

    def __init__(self, out: Path, stack: ExitStack) -> None:
        self.rows: dict[str, int] = {}
        self._out = out
        self._stack = stack
        self._files: dict[str, IO[str]] = {}

    def write(self, name: str, table: Table) -> None:
        """Put the rows of a table at the end of their files, in the table's order."""
        layout = LAYOUTS[name]
        paths = _paths(layout, table)
        for path in dict.fromkeys(paths.tolist()):
            part = _landed_columns(path, take(table, paths == path))
            is_new = path not in self._files
            file = self._file(path)
            self.rows[path] = self.rows.get(path, 0) + row_count(part)
            if path.endswith(".jsonl"):
                _write_json(file, part)
            else:
                _write_csv(file, part, layout, with_header=is_new)

    def end(self) -> None:
        """Put the dirt at the ends of the files."""
        for path, text in dirt.endings().items():
            self._file(path).write(text)

    def _file(self, path: str) -> IO[str]:
        if path not in self._files:
            self._files[path] = _open_text(self._out / path, self._stack)
        return self._files[path]


def _open_text(path: Path, stack: ExitStack) -> IO[str]:
    """Open a file for text; compressed ones hold neither name nor time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = stack.enter_context(path.open("wb"))
    if path.suffix == ".gz":
        packed = gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0)
        raw = cast(io.BufferedWriter, stack.enter_context(packed))
    return stack.enter_context(io.TextIOWrapper(raw, encoding=ENCODING, newline=""))


def _paths(layout: Layout, table: Table) -> Texts:
    """Return the file path of each row."""
    parts: dict[str, list[str] | list[int]] = {}
    if "{system}" in layout.path:
        parts["system"] = table["source_system"].texts().tolist()
    if layout.dated_by:
        month = _moment(layout, table).astype("datetime64[s]").astype("datetime64[M]")
        months = month.astype(np.int64)
        parts["year"] = (1970 + months // 12).tolist()
        parts["quarter"] = (months % 12 // 3 + 1).tolist()
    rows = zip(*parts.values(), strict=True) if parts else [()] * row_count(table)
    paths = [layout.path.format(**dict(zip(parts, row, strict=True))) for row in rows]
    return np.array(paths, dtype=object)


def _moment(layout: Layout, table: Table) -> Integers:
    moment = table[layout.dated_by[0]].values
    for name in layout.dated_by[1:]:
        moment = np.where(moment == MISSING, table[name].values, moment)
    return np.asarray(moment)


def _landed_columns(path: str, table: Table) -> Table:
    """Leave out helpers (`_…`), and the system where the shop writes by itself."""
    is_shop_only = "main" in PurePath(path).with_suffix("").parts
    return {
        name: column
        for name, column in table.items()
        if not name.startswith("_") and not (is_shop_only and name == "source_system")
    }


def _write_csv(file: IO[str], table: Table, layout: Layout, with_header: bool) -> None:
    writer = csv.writer(file, lineterminator=layout.newline)
    if with_header:
        header = layout.header or ",".join(table)
        file.write(layout.begin + header + layout.newline)
    writer.writerows(zip(*(_texts(column) for column in table.values()), strict=True))


def _texts(column: Column) -> list[str | None]:
    return cast(list[str | None], column.texts().tolist())


def _write_json(file: IO[str], table: Table) -> None:
    """Write an object a line; missing values have no key, numbers are numbers."""
    columns = [
        [text if text is None else int(text) for text in _texts(column)]
        if isinstance(column, Number)
        else _texts(column)
        for column in table.values()
    ]
    for row in zip(*columns, strict=True):
        present = {
            name: value
            for name, value in zip(table, row, strict=True)
            if value is not None
        }
        line = json.dumps(present, ensure_ascii=False, separators=(",", ":"))
        file.write(line + "\n")


def _write_truth(truth: Path, table: Table, stack: ExitStack) -> None:
    file = _open_text(truth / "people.csv", stack)
    _write_csv(file, table, Layout("people.csv"), with_header=True)
    file.write(dirt.TRUTH_ENDING)


def write_parquet(out: Path, truth: Path, people: int, seed: int) -> dict[str, int]:
    """Write a Parquet file a table and chunk, texts without dirt; return row counts."""
    rows: dict[str, int] = {}
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for name, table in _all_tables(people, seed):
            folder = truth if name == TRUTH else out / name
            folder.mkdir(parents=True, exist_ok=True)
            part = sum(1 for _ in folder.glob("*.parquet"))
            copy_parquet(connection, folder / f"part-{part:05d}.parquet", table)
            rows[name] = rows.get(name, 0) + row_count(table)
    return rows


def copy_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, table: Mapping[str, Column]
) -> None:
    """Write the texts of a table as DuckDB's SQL makes them."""
    names = [name for name in table if not name.startswith("_")]
    arrays = {name: table[name].values for name in names}
    nulls = ", ".join(
        name if arrays[name].dtype == object else f"nullif({name}, {MISSING}) as {name}"
        for name in names
    )
    texts = ", ".join(f"{table[name].sql(name)} as {name}" for name in names)
    connection.register("chunk", pd.DataFrame(arrays))
    connection.execute(
        f"copy (select {texts} from (select {nulls} from chunk)) "
        f"to '{path}' (format parquet, compression zstd)"
    )
    connection.unregister("chunk")
