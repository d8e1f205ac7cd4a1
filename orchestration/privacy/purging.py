"""What still holds erased people after a refresh: older versions, and landed files.

Belongs here: dropping the versions, listing and rewriting the files, and the report
that proves it. Does not belong here: erasing from `raw` (`erasing`), and the bytes of a
file (`rewriting`). The report counts; it names no person and quotes no value.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.contract import Contract
from orchestration.privacy.erasure_ledger import held_by
from orchestration.privacy.rewriting import (
    Changes,
    Rewriting,
    RewritingFailed,
    found_file,
)
from orchestration.store.databases import has_table, records
from orchestration.store.versions import Home, HomeError, Version
from orchestration.text.printable import shown

REPORTS = "erasure_reports"
SEARCHED = {
    "record": "all rows, in all tables, of the person's customer records",
    "sight": "customer rows of no record in force that hold mail, phone or name",
    "text": "all texts in the columns of the contract, the person's own and those of"
    " others, and records that could not be read: full name (in any order of words,"
    " case and accents), mail or phone (by its digits); ids only in refused rows."
    " Searched once more after they were erased: nothing was left",
    "request": "the mail address in the requests",
    "file": "landed files whose content is the one from which rows were erased",
}


@dataclass(frozen=True)
class HoldingFile:
    """A landed file with rows that were erased from `raw`, and what became of it."""

    table_name: str
    file_path: str
    landing_file_id: str
    checksum: str
    row_count: int
    is_rewritten: bool = False


@dataclass(frozen=True)
class Purge:
    """What one purge dropped, what it found in the landing folder, and its report.

    `held_people` is how many erased people the current version may still hold: it was
    made before they were erased, and shown again.
    """

    version_id: str
    dropped: tuple[str, ...]
    files: tuple[HoldingFile, ...]
    report: Path
    held_people: int = 0


def purge(
    home: Home, landing: Path, contract: Contract, *, is_rewriting: bool, now: datetime
) -> Purge:
    """Drop what is older than the current version; the lock must be held.

    Landed files are rewritten only when asked. Raises HomeError where nothing is
    published, RewritingFailed where a file cannot be rewritten.
    """
    home.sweep()
    current = home.current_version()
    if current is None:
        raise HomeError(f"Nothing is published in {home.path} yet.")
    dropped = home.drop_older_than_current()
    held_people = held_by(home, current)
    state = home.state_of(current.id)
    with duckdb.connect(str(state), read_only=True) as connection:
        files = holding_files(connection, landing)
        if is_rewriting and not held_people:
            files = [_rewritten(connection, landing, contract, file) for file in files]
    report = _write_report(home, current, dropped, files, held_people, now)
    return Purge(current.id, tuple(dropped), tuple(files), report, held_people)


def holding_files(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> list[HoldingFile]:
    """Return the landed files that lie there as they were when they held a person."""
    if not has_table(connection, "state", "raw", "erased_rows"):
        return []
    rows = connection.execute(
        """
        select files.table_name, files.file_path, files.landing_file_id,
            files.checksum, count(distinct (erased.record_number, erased.is_unreadable))
        from raw.erased_rows as erased
        inner join raw.landing_files as files
            on erased.landing_file_id = files.landing_file_id
        group by all order by all
        """
    ).fetchall()
    found = [HoldingFile(*row) for row in rows]
    return [file for file in found if _is_unchanged(landing, file)]


def told(purged: Purge) -> Iterable[str]:
    """Yield the lines that tell a person what was done, and what is left."""
    count = len(purged.dropped)
    yield f"Dropped {count} versions older than {purged.version_id}, with their states."
    rewritten = [file for file in purged.files if file.is_rewritten]
    left = [file for file in purged.files if not file.is_rewritten]
    for files, what in (
        (rewritten, "landed files were rewritten; refresh to read them anew:"),
        (left, "landed files still hold erased people; REWRITE=1 rewrites them:"),
    ):
        if files:
            yield f"{len(files)} {what}"
            yield from (
                f"  {shown(file.file_path)}: {file.row_count:,} rows" for file in files
            )
    # a version from before an erasure does not know which files hold whom
    if not purged.files and not purged.held_people:
        yield "No landed file holds erased people."
    yield f"Report: {purged.report}"


def _is_unchanged(landing: Path, file: HoldingFile) -> bool:
    path = landing / file.file_path
    if not path.is_file():
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.checksum


def _rewritten(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    contract: Contract,
    file: HoldingFile,
) -> HoldingFile:
    found = found_file(landing, file.file_path, file.table_name)
    try:
        with Rewriting(found, contract) as rewriting:
            rewriting.write(_changes(connection, rewriting, contract, file))
    except OSError as error:
        raise RewritingFailed(
            f"{file.file_path}: cannot be rewritten ({error.strerror}). It still holds "
            "erased people."
        ) from error
    return replace(file, is_rewritten=True)


def _changes(
    connection: duckdb.DuckDBPyConnection,
    rewriting: Rewriting,
    contract: Contract,
    file: HoldingFile,
) -> Changes:
    """Return where the file says else than `raw` does in the rows that were erased."""
    touched = connection.execute(
        "select distinct record_number, is_unreadable, bool_or(is_own)"
        " from raw.erased_rows where landing_file_id = ? group by all order by all",
        [file.landing_file_id],
    ).fetchall()
    numbers = [number for number, is_unreadable, _ in touched if not is_unreadable]
    names = contract.table(file.table_name).column_names
    wanted = _rows(connection, file, names, numbers)
    said = rewriting.rows(numbers)
    return Changes(
        cells={
            number: {
                name: wanted[number][name]
                for name in names
                if (wanted[number][name] or "") != (said[number][name] or "")
            }
            for number in numbers
        },
        unknown_of=frozenset(number for number, _, is_own in touched if is_own),
        lines=frozenset(n for n, is_unreadable, _ in touched if is_unreadable),
    )


def _rows(
    connection: duckdb.DuckDBPyConnection,
    file: HoldingFile,
    names: tuple[str, ...],
    numbers: list[int],
) -> dict[int, dict[str, str | None]]:
    listed = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(
        f"select record_number, {listed} from raw.{file.table_name}"
        " where landing_file_id = ? and list_contains(?, record_number)",
        [file.landing_file_id, numbers],
    ).fetchall()
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _write_report(
    home: Home,
    current: Version,
    dropped: list[str],
    files: list[HoldingFile],
    held_people: int,
    now: datetime,
) -> Path:
    """Write what was found where, removed when and searched how; return the file."""
    with duckdb.connect(str(current.analytics), read_only=True) as analytics:
        has_audit = has_table(analytics, "analytics", "audit", "erasures")
        query = "select * from audit.erasures order by all"
        erasures = records(analytics, query) if has_audit else []
    report: dict[str, Any] = {
        "version": current.id,
        "purged_at": f"{now.astimezone(UTC).replace(tzinfo=None).isoformat()}Z",
        "searched_by": SEARCHED,
        "erasures": erasures,
        "held_people": held_people,
        "dropped_versions": dropped,
        "kept_versions": [version.id for version in home.versions()],
        "landed_files": [asdict(file) for file in files],
    }
    folder = home.path / REPORTS
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{current.id}.json"
    fresh = folder / f".{current.id}.json"
    text = json.dumps(report, indent=1, ensure_ascii=False, default=str)
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(path)
    return path
