"""The ledger of erasures, `<home>/ledgers/erasures.jsonl`: who was erased, for ever.

It lies outside the versions and only grows, so that going back to an older version, a
state that was lost, or a home that was restored does not bring anybody back. It holds
what the tables `raw.erased_…` hold: ids and keyed hashes, no name, mail or phone.
Does not belong here: erasing (`erasing`).
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.store.databases import has_table, opens, records
from orchestration.store.disk import sync
from orchestration.store.versions import Home, HomeError, Version

LEDGER = "erasures.jsonl"
# table of `raw` -> the columns that tell one of its rows from others
TABLES = {
    "erased_records": ("source_system", "customer_id"),
    "erased_identity_keys": (
        "source_system",
        "customer_id",
        "match_rule",
        "keyed_value",
    ),
    "erasure_log": (
        "request_source_system",
        "request_id",
        "place",
        "searched_by",
        "erased_at",
    ),
}
Key = tuple[str, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class ErasureLedger:
    """The file of one home; the lock of the home must be held to write it."""

    file: Path

    @classmethod
    def of(cls, home: Home) -> "ErasureLedger":
        """Return the ledger of a home; it may not be there yet."""
        return cls(home.ledgers / LEDGER)

    def rows(self) -> dict[Key, Row]:
        """Return what was erased, by table and key; raise HomeError."""
        return {_key(e["table"], e["row"]): e["row"] for e in self._entries()}

    def _entries(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        entries = []
        for number, line in enumerate(_whole(self.file.read_bytes()), start=1):
            try:
                entry = json.loads(line)
                _key(entry["table"], entry["row"])
                entries.append({"version": entry["version"], **entry})
            except (ValueError, KeyError, TypeError):
                raise HomeError(
                    f"{self.file}, line {number} cannot be read. The file says who was"
                    " erased, so that nobody comes back: put it back from a backup. If"
                    f" there is none, `sed -i {number}d {self.file}` takes the line out"
                    ", and the person that it named may be published again."
                ) from None
        return entries

    def keep(self, connection: duckdb.DuckDBPyConnection, version_id: str) -> None:
        """Add, durably, what a state database says beyond it; note the version."""
        known = self.rows()
        new = [
            {"version": version_id, "table": key[0], "row": row}
            for key, row in erased_in(connection).items()
            if key not in known
        ]
        if new or not self.file.exists():
            lines = "".join(f"{json.dumps(e, ensure_ascii=False)}\n" for e in new)
            self._append(lines.encode())

    def give(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Add to `raw` of a state database what it does not say of the erased."""
        known = erased_in(connection)
        missing = [(k[0], row) for k, row in self.rows().items() if k not in known]
        for table, row in missing:
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into raw.{table} ({names}) values ({marks})", [*row.values()]
            )

    def missing_from(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return how many people were erased of whom a state database does not know.

        Such a state, and the version beside it, may still hold them.
        """
        known = erased_in(connection)
        missing = {key: row for key, row in self.rows().items() if key not in known}
        people = {row["person_key"] for row in missing.values() if "person_key" in row}
        return max(len(people), bool(missing))

    def came_after(self, version_id: str) -> int:
        """Return how many people were erased in versions after the one of that id."""
        later = [e for e in self._entries() if e["version"] > version_id]
        people = {e["row"]["person_key"] for e in later if "person_key" in e["row"]}
        return max(len(people), bool(later))

    def _append(self, lines: bytes) -> None:
        handle = os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            os.fchmod(handle, 0o600)
            whole = sum(len(line) + 1 for line in _whole(self.file.read_bytes()))
            os.ftruncate(handle, whole)
            os.pwrite(handle, lines, whole)
            os.fsync(handle)
        finally:
            os.close(handle)
        sync(self.file.parent)


def begin_ledger(home: Home) -> ErasureLedger:
    """Return the ledger of a home, first made of what its states know if need be."""
    ledger = ErasureLedger.of(home)
    if not ledger.file.exists():
        for version in home.versions():
            if opens(state := home.state_of(version.id)):
                with duckdb.connect(str(state), read_only=True) as connection:
                    ledger.keep(connection, version.id)
    return ledger


def held_by(home: Home, version: Version) -> int:
    """Return how many erased people a version may still hold.

    A version without a state counts by the rows of the ledger that came after it.
    """
    ledger = begin_ledger(home)
    state = home.state_of(version.id)
    if not opens(state):
        return ledger.came_after(version.id)
    with duckdb.connect(str(state), read_only=True) as connection:
        return ledger.missing_from(connection)


def erased_in(connection: duckdb.DuckDBPyConnection) -> dict[Key, Row]:
    """Return what a state database says of the erased, by table and key."""
    found: dict[Key, Row] = {}
    database = connection.execute("select current_database()").fetchone()
    for table in TABLES:
        if has_table(connection, str((database or ("",))[0]), "raw", table):
            rows = records(connection, f"select * from raw.{table} order by all")
            found |= {_key(table, row): row for row in map(_as_written, rows)}
    return found


def _key(table: str, row: Row) -> Key:
    return (table, *(str(row[name]) for name in TABLES[table]))


def _as_written(row: Row) -> Row:
    """Return a row as it is read from the ledger."""
    written: Row = json.loads(json.dumps(row, default=str))
    return written


def _whole(content: bytes) -> Iterable[bytes]:
    """Return the lines that have an end.

    A last one without was cut by a kill, before anything was published.
    """
    return content.split(b"\n")[:-1]
