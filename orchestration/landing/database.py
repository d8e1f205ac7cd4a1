"""A database schema as a landing: one immutable snapshot a table and refresh.

Belongs here: the folder of snapshots, which is a landing folder like any other. Does
not belong here: how a database is read (`schemas` does), and anything about the rows.

A snapshot has the moment in its name, so that a later one sorts later, and every state
of the schema stays known as of its day. A table that has not changed gets none: what is
exported is in a total order, so equal rows give equal bytes.
"""

import hashlib
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.landing.contract import Contract, Table
from orchestration.landing.report import LandingError
from orchestration.landing.schemas import opened_schema
from orchestration.settings.database_address import DatabaseAddress
from orchestration.text.printable import shown

ID_FORMAT = "%Y%m%dT%H%M%S.%fZ"
ENDING = ".parquet"


def take_snapshots(
    address: DatabaseAddress,
    folder: Path,
    contract: Contract,
    now: datetime,
    progress: Callable[[str], None] = lambda table: None,
) -> list[str]:
    """Bring what has changed in a schema into a folder; return the new files.

    All tables are read as of one moment. Raises LandingError where the database cannot
    be read or has no table of the contract; the folder is then as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    taken: list[tuple[Path, Path]] = []
    # hidden, so that nothing half written is ever landed
    with tempfile.TemporaryDirectory(prefix=".taking_", dir=folder) as scratch:
        with opened_schema(address, Path(scratch)) as schema:
            for table, own in _matched_tables(address, schema.tables, contract):
                progress(f"{address}: {table.name}")
                fresh = Path(scratch) / f"{table.name}{ENDING}"
                row_count = schema.export(own, table, fresh)
                newest = _newest(folder / table.name)
                is_news = newest is not None or row_count > 0
                if is_news and _checksum(fresh) != _checksum(newest):
                    taken.append((fresh, _named(folder / table.name, newest, now)))
        for fresh, path in taken:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            fresh.chmod(0o600)
            fresh.replace(path)
    return [path.relative_to(folder).as_posix() for _, path in taken]


def _matched_tables(
    address: DatabaseAddress, names: list[str], contract: Contract
) -> list[tuple[Table, str]]:
    """Return the tables of the contract that a schema has, by the names it gives."""
    found = [
        (table, [name for name in names if name.strip().lower() == table.name])
        for table in contract.tables
    ]
    twice = [f"{own[0]} and {own[1]}" for _, own in found if len(own) > 1]
    if twice:
        raise LandingError(
            [
                f"{address}: the tables {shown(both)} are one for the contract, which "
                "does not tell cases apart. Rename one of them."
                for both in twice
            ]
        )
    matched = [(table, own[0]) for table, own in found if own]
    if not matched:
        seen = ", ".join(shown(name) for name in names[:10])
        raise LandingError(
            [
                f"{address} has no table of the contract that may be read. Expected "
                f"one of {', '.join(contract.table_names)}; found "
                f"{seen or 'no table at all'}. See whether the schema is the one that "
                "is meant (?schema=…), and whether the user may read it."
            ]
        )
    return matched


def _newest(folder: Path) -> Path | None:
    return max(folder.glob(f"[!._]*{ENDING}"), default=None)


def _named(folder: Path, newest: Path | None, now: datetime) -> Path:
    """Return the path of a new snapshot; names rise even when the clock went back."""
    name = now.astimezone(UTC).strftime(ID_FORMAT)
    if newest is not None and name <= newest.stem:
        last = datetime.strptime(newest.stem, ID_FORMAT)
        name = (last + timedelta(microseconds=1)).strftime(ID_FORMAT)
    return folder / f"{name}{ENDING}"


def _checksum(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
