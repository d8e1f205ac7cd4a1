"""What a candidate becomes before it is published: audit tables, files, a manifest."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.contract import Contract
from orchestration.quality import doors
from orchestration.quality.data_docs import write_page
from orchestration.quality.doors import QualityResult
from orchestration.quality.profiles import Profiles
from orchestration.refresh import manifest as facts
from orchestration.refresh.noting import Notes
from orchestration.refresh.unchanged import note_key
from orchestration.settings.settings import Settings
from orchestration.store.databases import AS_OF, first_value, public_tables
from orchestration.store.journal import carried_records, merged, write_refreshes
from orchestration.store.parquet import ParquetExport
from orchestration.store.versions import Candidate, Version


@dataclass(frozen=True)
class Publication:
    """One candidate at the point of being published, and what is said of it.

    `results` are those of both doors; `earlier` is the database that readers see, None
    where none can be read. `show` is told what is being written.
    """

    settings: Settings
    contract: Contract
    project_vars: Mapping[str, Any]
    code_version: str
    candidate: Candidate
    before: Version | None
    earlier: Path | None
    notes: Notes
    results: list[QualityResult]
    profiles: Profiles | None
    parquet: ParquetExport
    keys: dict[str, list[str]]
    show: Callable[[str], None]

    def finished_manifest(
        self,
        connection: duckdb.DuckDBPyConnection,
        seconds: Callable[[], Mapping[str, float]],
        space: Any,
    ) -> dict[str, Any]:
        """Write audit tables and Parquet files; return what the version says.

        `seconds` are those of the steps so far; `space` is the room on the disk.
        """
        # the long part first, so that the audit tables know how long it took
        self._export(connection, is_audit=False)
        self._write_audit(connection)
        self._export(connection, is_audit=True)
        note_key(connection, self.settings.secret_key_check)
        record = self.notes.record
        shown = {"version": record.refresh_id, "as-of date": record.as_of_date}
        report = write_page(self.candidate.path, shown, self.results)
        failed = [asdict(result) for result in self.results if not result.is_passed]
        return {
            "previous_version": self.before.id if self.before else None,
            **facts.of_record(record),
            "settled_until": facts.settled_until(
                connection, self.contract, record.observed_until_at.replace(tzinfo=UTC)
            ),
            **facts.of_settings(self.settings, self.project_vars),
            "commit": facts.git_commit(self.settings.project_dir),
            **facts.of_databases(connection),
            "keys": self.keys,
            "parquet": self.parquet.in_manifest(),
            "report": report.as_posix(),
            "warnings": failed,
            "disk": asdict(space) if space else None,
            **facts.of_process(seconds()),
        }

    def _export(self, connection: duckdb.DuckDBPyConnection, *, is_audit: bool) -> None:
        if self.settings.has_parquet:
            tables = public_tables(connection)
            wanted = [table for table in tables if (table[0] == "audit") == is_audit]
            self.parquet.write(connection, wanted, self.show)

    def _write_audit(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write what is known of refreshes and checks, this one's included."""
        carried, noted = carried_from(self.earlier), self.notes.journal.records()
        earlier = merged(carried, noted)
        as_of_date: date = first_value(connection, AS_OF)
        inputs_checksum = facts.inputs_checksum(connection)
        rows = facts.reconciled_rows(connection)
        record = self.notes.change_timed(
            version=self.notes.record.refresh_id,
            as_of_date=as_of_date,
            outcome="published",
            inputs_checksum=inputs_checksum,
            code_version=self.code_version,
            settings_checksum=facts.settings_checksum(self.settings),
            is_restated=facts.is_restated(earlier, as_of_date, inputs_checksum),
            landed_row_count=rows["landed"],
            accepted_row_count=rows["accepted"],
            superseded_row_count=rows["superseded"],
            not_yet_row_count=rows["not_yet"],
            quarantined_row_count=rows["quarantined"],
        )
        write_refreshes(connection, merged(carried, [*noted, asdict(record)]))
        doors.write_results(connection, record.refresh_id, self.results)
        if self.profiles is not None:
            self.profiles.write(connection)


def carried_from(analytics: Path | None) -> list[dict[str, Any]]:
    """Return the records of refreshes in a database, none where there is none."""
    # what is lost there is still in the journal
    if analytics is None:
        return []
    with duckdb.connect(str(analytics), read_only=True) as published:
        return carried_records(published)
