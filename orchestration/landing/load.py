"""Landing as a whole: find, look into, load, all or nothing.

Belongs here: the order of things, and what is written. Does not belong here: file
formats, and SQL over `raw`.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.landing import raw
from orchestration.landing.contract import Contract
from orchestration.landing.discover import Discovery, discover
from orchestration.landing.look import Arrival, Look, Meter, changed, reason
from orchestration.landing.report import (
    LandedFile,
    LandedTable,
    LandingChangedError,
    LandingError,
    LandingReport,
    Progress,
)
from orchestration.settings.reading_rules import NO_RULES, ReadingRules
from orchestration.store.databases import transaction
from orchestration.text.printable import shown


def land(
    connection: duckdb.DuckDBPyConnection,
    landing_dir: Path,
    contract: Contract,
    observed_until_at: datetime,
    progress: Progress | None = None,
    rules: ReadingRules = NO_RULES,
) -> LandingReport:
    """Bring new and changed files of a landing folder into the schema `raw`.

    `connection` is to the state database, with no transaction open; `observed_until_at`
    is the one instant of the refresh and must have a time zone. All is written in one
    transaction. Raises LandingError, with `raw` as it was, where anything cannot be
    loaded as the contract says; LandingChangedError where another try may help.
    """
    if observed_until_at.tzinfo is None:
        raise ValueError("observed_until_at needs a time zone")
    instant = observed_until_at.astimezone(UTC).replace(tzinfo=None)
    discovery = discover(landing_dir, contract, rules)
    known = raw.known_files(connection)
    # it takes a file of the same size and second for the same file
    connection.execute("set enable_external_file_cache = false")
    with _scratch_beside(connection) as scratch:
        look = Look(connection, contract, known, scratch, rules)
        files = look.files_to_read(discovery)
        meter = Meter(progress, 2 * sum(file.byte_count for file in files))
        arrivals = look.arrivals(discovery, files, meter)
        with transaction(connection):
            raw.ensure_tables(connection, contract)
            loaded = _load(connection, contract, arrivals, instant, meter)
            raw.note_file_order(connection, instant)
            raw.set_clock(connection, instant)
            tables = raw.landed_tables(connection, contract)
            _require_rows(contract, tables, landing_dir)
    return _report(observed_until_at, discovery, known, arrivals, loaded, tables)


def _load(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    arrivals: Sequence[Arrival],
    instant: datetime,
    meter: Meter,
) -> tuple[LandedFile, ...]:
    loaded, noted = [], []
    for arrival in arrivals:
        if arrival.source is not None:
            loaded.append(_load_file(connection, contract, arrival))
            noted.append((loaded[-1], arrival.file, arrival.checksum))
        meter.advance(arrival.file)
    raw.insert_files(connection, noted, instant)
    raw.make_current(connection, [(one.file, one.file_id) for one in arrivals])
    for table in contract.tables:
        new = [file for file in loaded if file.table_name == table.name]
        if new:
            raw.note_amounts(connection, table, [file.landing_file_id for file in new])
    return tuple(loaded)


def _load_file(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    arrival: Arrival,
) -> LandedFile:
    file, source = arrival.file, arrival.source
    assert source is not None
    table = contract.table(file.table_name)
    try:
        readable = raw.insert_rows(connection, table, arrival.file_id, source)
        unreadable = raw.insert_rejects(connection, table, arrival.file_id, source)
    except duckdb.Error as error:
        if file.has_changed():
            raise LandingChangedError([changed(file)]) from error
        raise LandingError([f"{shown(file.file_path)}: {reason(error)}"]) from error
    if file.has_changed():
        raise LandingChangedError([changed(file)])
    if source.record_count != readable + unreadable:
        raise LandingError(
            [
                f"{shown(file.file_path)}: {source.record_count} records were counted,"
                f" but {readable + unreadable} could be read. Nothing was loaded, so "
                "that no row is lost. Please report this with the file."
            ]
        )
    return LandedFile(
        landing_file_id=arrival.file_id,
        table_name=table.name,
        file_path=file.file_path,
        landed_row_count=readable + unreadable,
        unreadable_row_count=unreadable,
        unknown_columns=source.unknown_columns,
        notes=source.notes,
    )


def _require_rows(
    contract: Contract, tables: Sequence[LandedTable], landing_dir: Path
) -> None:
    counts = {
        table.table_name: table.landed_row_count - table.unreadable_row_count
        for table in tables
    }
    empty = [t.name for t in contract.tables if t.needs_rows and not counts[t.name]]
    if empty:
        raise LandingError(
            [
                f"{name} has no readable row in {landing_dir}, and nothing can be "
                "built without one. Deliver it with rows below its header."
                for name in empty
            ]
        )


def _report(
    observed_until_at: datetime,
    discovery: Discovery,
    known: Sequence[raw.KnownFile],
    arrivals: Sequence[Arrival],
    loaded: tuple[LandedFile, ...],
    tables: tuple[LandedTable, ...],
) -> LandingReport:
    current = {
        file.file_path: file.landing_file_id for file in known if file.is_current
    }
    replaced = [
        a for a in arrivals if current.get(a.file.file_path, a.file_id) != a.file_id
    ]
    there = {file.file_path for file in discovery.files}
    return LandingReport(
        observed_until_at=observed_until_at,
        loaded=loaded,
        known_file_count=len(discovery.files) - len(loaded),
        replaced=tuple(arrival.file.file_path for arrival in replaced),
        returned=tuple(a.file.file_path for a in replaced if a.source is None),
        disappeared=tuple(sorted(set(current) - there)),
        ignored=tuple(discovery.ignored),
        tables=tables,
    )


@contextmanager
def _scratch_beside(connection: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """Make a folder beside the database: it is as private, and has as much room."""
    row = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    beside = None if row is None or row[0] is None else Path(row[0]).parent
    with tempfile.TemporaryDirectory(prefix="landing_", dir=beside) as folder:
        yield Path(folder)
