"""`make land`: brings the landing folder into the development database.

The command only: what landing is stands in `orchestration.landing`.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.landing import LandingError, LandingReport, land
from orchestration.landing.contract import CONTRACT_FILE, ContractError, read_contract
from orchestration.landing.database import take_snapshots
from orchestration.refresh.progress import Progress
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.versions import ANALYTICS, PRIVATE
from orchestration.store.versions import STATE as STATE_FILE
from orchestration.text.printable import shown, shown_lines

SHOWN_FILES = 10


def main() -> int:
    """Land once; return the exit status."""
    try:
        settings = Settings.from_environment()
        report = _land(settings, Progress(sys.stderr))
    except (SettingsError, ContractError, LandingError, duckdb.Error) as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1
    print("\n".join(lines_of(report)))
    return 0


def _land(settings: Settings, progress: Progress) -> LandingReport:
    contract = read_contract(settings.project_dir / CONTRACT_FILE)
    keep_to_owner(settings.build_dir)
    with (
        progress.step("landing", "landing"),
        duckdb.connect(settings.build_dir / STATE_FILE) as connection,
    ):
        now = datetime.now(UTC)
        if settings.landing_database is not None:
            take_snapshots(settings.landing_database, settings.landing, contract, now)
        return land(
            connection,
            settings.landing,
            contract,
            now,
            progress.update,
            settings.reading_rules,
        )


def keep_to_owner(folder: Path) -> None:
    """Make the folder in which dbt builds; nobody else reads what landed in it."""
    # what DuckDB writes beside a database, too
    os.umask(0o077)
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o700)
    for name in (STATE_FILE, ANALYTICS, PRIVATE):
        if (folder / name).exists():
            (folder / name).chmod(0o600)


def lines_of(report: LandingReport) -> list[str]:
    """Tell a landing in a few lines."""
    lines = [
        f"{table.table_name:<20}{table.file_count:>6} files"
        f"{table.landed_row_count:>12,} rows"
        f"{table.unreadable_row_count:>9,} unreadable"
        for table in report.tables
        if table.file_count
    ]
    lines.append(
        f"loaded {len(report.loaded)} files; {report.known_file_count} were known"
    )
    unknown = [
        f"{shown(file.file_path)}: columns not loaded: "
        + ", ".join(file.unknown_columns)
        for file in report.loaded
        if file.unknown_columns
    ]
    ignored = [f"{ignored.path}: ignored, {ignored.why}" for ignored in report.ignored]
    notes = [
        f"{shown(file.file_path)}: {shown_lines(note)}"
        for file in report.loaded
        for note in file.notes
    ]
    gone = [
        f"{shown(path)}: no longer there, stays loaded" for path in report.disappeared
    ]
    for found in (unknown, notes, ignored, gone):
        lines.extend(found[:SHOWN_FILES])
        if len(found) > SHOWN_FILES:
            lines.append(f"... and {len(found) - SHOWN_FILES} more like this")
    return lines
