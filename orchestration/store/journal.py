"""The record of every refresh: `audit.refreshes`, and the journal that feeds it.

A refresh that fails publishes nothing, so it leaves its record in a file; the next one
that publishes takes it along. A refresh that was killed leaves a beginning without an
end, and is told as killed.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.store.databases import has_table, records

# its name in the folder of logs
JOURNAL = "refreshes.jsonl"
# column of audit.refreshes -> type; the order of RefreshRecord
COLUMNS = {
    "refresh_id": "varchar",
    "version": "varchar",
    "as_of_date": "date",
    "observed_until_at": "timestamp",
    "started_at": "timestamp",
    "ended_at": "timestamp",
    "outcome": "varchar",
    "failed_step": "varchar",
    "landed_row_count": "bigint",
    "accepted_row_count": "bigint",
    "superseded_row_count": "bigint",
    "not_yet_row_count": "bigint",
    "quarantined_row_count": "bigint",
    "inputs_checksum": "varchar",
    "code_version": "varchar",
    "is_restated": "boolean",
    "is_forced": "boolean",
    "landing_seconds": "double",
    "landing_checks_seconds": "double",
    "dbt_seconds": "double",
    "publish_checks_seconds": "double",
    "publish_seconds": "double",
}


@dataclass(frozen=True)
class RefreshRecord:
    """One refresh as `audit.refreshes` tells it; times in UTC.

    `outcome` is published, unchanged (nothing was to be built), failed, stopped (by a
    signal), unfinished (some steps only) or killed (no end was noted). `version` is the
    one that it published or, when unchanged, found to be right still. Seconds of a step
    that did not begin are None, as is what a refresh did not live to know.
    `settings_checksum` is for backfills, and in no table.
    """

    refresh_id: str
    started_at: datetime
    observed_until_at: datetime
    outcome: str = "killed"
    version: str | None = None
    as_of_date: date | None = None
    ended_at: datetime | None = None
    failed_step: str | None = None
    landed_row_count: int | None = None
    accepted_row_count: int | None = None
    superseded_row_count: int | None = None
    not_yet_row_count: int | None = None
    quarantined_row_count: int | None = None
    inputs_checksum: str | None = None
    code_version: str | None = None
    is_restated: bool = False
    is_forced: bool = False
    landing_seconds: float | None = None
    landing_checks_seconds: float | None = None
    dbt_seconds: float | None = None
    publish_checks_seconds: float | None = None
    publish_seconds: float | None = None
    settings_checksum: str | None = None

    def timed(self, seconds: Mapping[str, float]) -> "RefreshRecord":
        """Return the record with the seconds of the steps that have a column."""
        timed: dict[str, Any] = {
            f"{step}_seconds": round(taken, 3)
            for step, taken in seconds.items()
            if f"{step}_seconds" in COLUMNS
        }
        return replace(self, **timed)


class Journal:
    """A file of one JSON object a line; the last line of a refresh is what holds."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, record: RefreshRecord) -> None:
        """Append a record durably."""
        line = json.dumps(asdict(record), default=str)
        handle = os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def records(self) -> list[dict[str, Any]]:
        """Return the last record of every refresh, oldest first."""
        if not self._file.exists():
            return []
        latest: dict[str, dict[str, Any]] = {}
        for line in self._file.read_text().splitlines():
            record = _parsed(line)
            if record is not None:
                latest[record["refresh_id"]] = record
        return list(latest.values())


def carried_records(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return what `analytics.audit.refreshes` tells so far, if it is there."""
    if not has_table(connection, "analytics", "audit", "refreshes"):
        return []
    return records(connection, "select * from analytics.audit.refreshes")


def merged(
    published: Iterable[Mapping[str, Any]], noted: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return one record a refresh, oldest first.

    What a published version says of a refresh wins over what was noted: a refresh may
    be killed after it published and before it could note so.
    """
    by_id = {
        record["refresh_id"]: {name: record.get(name) for name in COLUMNS}
        for record in (*noted, *published)
    }
    return [by_id[refresh_id] for refresh_id in sorted(by_id)]


def write_refreshes(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Write `analytics.audit.refreshes` anew."""
    write_table(connection, "refreshes", COLUMNS, rows)


def write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Write a table of the schema `analytics.audit` anew from dictionaries."""
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute("create schema if not exists analytics.audit")
    connection.execute(f"create or replace table analytics.audit.{table} ({listed})")
    values = [row[name] for row in rows for name in columns]
    if values:
        marks = f"({', '.join('?' for _ in columns)})"
        all_marks = ", ".join([marks] * (len(values) // len(columns)))
        connection.execute(
            f"insert into analytics.audit.{table} values {all_marks}", values
        )


def _parsed(line: str) -> dict[str, Any] | None:
    """Read a line; None for one that a kill cut short."""
    known = {field.name for field in fields(RefreshRecord)}
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return {name: record[name] for name in known if name in record}
