"""Whether a refresh would only build again what is published.

Belongs here: comparing what decides the cells of a version (code, libraries, settings,
day, secret key, landed files, the clock) with what decided those of the published one.
Does not belong here: what is done about it.
"""

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing import LandingError, LandingReport, raw
from orchestration.landing.contract import Contract
from orchestration.landing.discover import discover
from orchestration.landing.look import Look
from orchestration.refresh.manifest import inputs_checksum
from orchestration.settings.reading_rules import NO_RULES, ReadingRules
from orchestration.store.databases import first_value, has_table

KEY_TABLE = ("refresh", "secret_key")
# decided by its outcome, not by how it was asked for
DAY = "as_of_date"


def reason_to_build(
    manifest: Mapping[str, Any],
    facts: Mapping[str, Any],
    as_of_date: date | None,
    now: datetime,
) -> str | None:
    """Return why landed files aside the published version is not what is asked for.

    `facts` are those that a manifest would tell now (`code_version`, `packages`,
    `settings`). None where only new files could change a cell.
    """
    for name, reason in (("code_version", "other code"), ("packages", "other library")):
        if manifest.get(name) != facts[name]:
            return reason
    were, are = manifest["settings"], _as_read(facts["settings"])
    differing = sorted(n for n in were.keys() | are.keys() if were.get(n) != are.get(n))
    if other := [name for name in differing if name != DAY]:
        return f"another {other[0]}"
    # asked for in other words, it may be the same day
    if DAY in differing and str(as_of_date) != manifest[DAY]:
        return "another day"
    return _moment_that_came(manifest, now)


def nothing_new(
    state: Path,
    landing: Path,
    contract: Contract,
    key_check: str | None,
    rules: ReadingRules = NO_RULES,
) -> LandingReport | None:
    """Look at a landing folder without touching the state of the published version.

    Returns what a landing would report if all files are known by path and by how they
    lie there; None where one has to be read, or cannot be, or where the key is another.
    """
    with duckdb.connect(str(state), read_only=True) as connection:
        known = raw.known_files(connection)
        if not known or not has_key(connection, key_check):
            return None
        try:
            discovery = discover(landing, contract, rules)
        except LandingError:
            # landing tells what is wrong
            return None
        with tempfile.TemporaryDirectory() as scratch:
            look = Look(connection, contract, known, Path(scratch), rules)
            if discovery.problems or look.files_to_read(discovery):
                return None
        there = {file.file_path for file in discovery.files}
        current = {file.file_path for file in known if file.is_current}
        clock = first_value(connection, "select * from raw.landing_clock")
        return LandingReport(
            observed_until_at=clock.replace(tzinfo=UTC),
            loaded=(),
            known_file_count=len(there),
            replaced=(),
            returned=(),
            disappeared=tuple(sorted(current - there)),
            ignored=tuple(discovery.ignored),
            tables=raw.landed_tables(connection, contract),
        )


def has_landed_nothing_new(
    state: Path, manifest: Mapping[str, Any], key_check: str | None
) -> bool:
    """Say whether after a landing the same content is in force, under the same key."""
    with duckdb.connect(str(state), read_only=True) as connection:
        is_same = inputs_checksum(connection) == manifest["inputs_checksum"]
        return is_same and has_key(connection, key_check)


def note_key(connection: duckdb.DuckDBPyConnection, key_check: str | None) -> None:
    """Note in a state database, which only the operator reads, the key of its build."""
    schema, table = KEY_TABLE
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create or replace table {schema}.{table} as select ?::varchar as key_check",
        [key_check],
    )


def has_key(connection: duckdb.DuckDBPyConnection, key_check: str | None) -> bool:
    """Say whether a state database was built with this secret key."""
    if not has_table(connection, "state", *KEY_TABLE):
        return False
    noted = first_value(connection, f"select key_check from {'.'.join(KEY_TABLE)}")
    return bool(noted == key_check)


def _moment_that_came(manifest: Mapping[str, Any], now: datetime) -> str | None:
    """Rows that lay in the future then may not do so any more."""
    # a version that does not say so was made by other code
    until = manifest["settled_until"]
    has_come = until is not None and datetime.fromisoformat(until) <= now
    return "the time of a row has come" if has_come else None


def _as_read(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they are read from a manifest."""
    read: dict[str, Any] = json.loads(json.dumps(settings))
    return read
