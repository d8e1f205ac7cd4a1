"""One refresh, step by step: begin, land, check, build, check, publish.

Plain Python: Dagster calls the steps, and so may a test. A step that fails leaves what
was published as it was. The steps hand on to each other through the `Refresh`; a step
that is called before the one it needs refuses.
"""

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.dbt.dbt_project import (
    current_manifest,
    project_vars,
    public_keys,
    read_manifest,
)
from orchestration.dbt.dbt_runner import DbtFailed, DbtRun, run_dbt
from orchestration.dbt.lookups import require_sense
from orchestration.landing import land, raw
from orchestration.landing.contract import CONTRACT_FILE, Contract, read_contract
from orchestration.landing.database import take_snapshots
from orchestration.landing.report import LandingError, LandingReport
from orchestration.privacy.erasing import Erasure, erase_due, require_nothing_due
from orchestration.privacy.erasure_ledger import ErasureLedger, begin_ledger, held_by
from orchestration.privacy.person_texts import Person
from orchestration.quality import doors
from orchestration.quality.data_docs import write_page
from orchestration.quality.doors import QualityResult
from orchestration.quality.holiday_years import told_of_ending_years
from orchestration.quality.landing_profiles import Profiler
from orchestration.quality.landing_texts import Settled
from orchestration.quality.profiles import Profiles
from orchestration.refresh import manifest as facts
from orchestration.refresh.progress import Progress
from orchestration.refresh.run_log import RunLog
from orchestration.refresh.unchanged import (
    has_landed_nothing_new,
    note_key,
    nothing_new,
    reason_to_build,
)
from orchestration.settings.environment import exported
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.access import Access
from orchestration.store.databases import (
    AS_OF,
    first_value,
    opened,
    opens,
    public_tables,
)
from orchestration.store.journal import (
    JOURNAL,
    Journal,
    RefreshRecord,
    carried_records,
    merged,
    write_refreshes,
)
from orchestration.store.parquet import ParquetExport
from orchestration.store.versions import (
    PARQUET,
    Candidate,
    DiskFull,
    Home,
    HomeError,
    Version,
)
from orchestration.text.masking import without_values
from orchestration.text.printable import shown

TITLES = {
    "begin": "1/6 begin",
    "landing": "2/6 landing",
    "landing_checks": "3/6 landing door",
    "dbt": "4/6 dbt build",
    "publish_checks": "5/6 publish door",
    "publish": "6/6 publish",
}
SHOWN_FILES = 10
# failures whose cause is what somebody gave us
FORESEEN = (LandingError, doors.DoorClosed, doors.NoOrderAccepted, SettingsError)
NIGHTLY_BUILD = ("build", "--no-write-json", "--exclude-resource-type", "unit_test")


class StepTooEarly(Exception):
    """A step was asked for before the step that it needs."""


class DatabaseFailed(Exception):
    """DuckDB failed in a way that nobody foresaw; told without values of rows."""


class Refresh:
    """One refresh at work: its settings, its candidate, and what its steps found.

    Made by `opened_refresh`, which holds the lock as long as it lives.
    """

    def __init__(
        self, settings: Settings, home: Home, progress: Progress, now: datetime
    ) -> None:
        self.settings = settings
        self.home = home
        self.progress = progress
        self.observed_until_at = now
        self.id = home.next_id(now)
        self.log = RunLog(home.logs / f"{self.id}.log")
        self.before: Version | None = home.current_version()
        self.landing: LandingReport | None = None
        self.landing_results: list[QualityResult] = []
        self.dbt_run: DbtRun | None = None
        self.erasure: Erasure | None = None
        self.candidate_results: list[QualityResult] = []
        self.profiles: Profiles | None = None
        self.published: Version | None = None
        # the version that is right as it is, so that nothing is built
        self.unchanged: Version | None = None
        self.failure: BaseException | None = None
        self.disk_watch = disk.Watch(home.path)
        self._candidate: Candidate | None = None
        self._reason: str | None = None
        self._ledger = ErasureLedger.of(home)
        self._has_begun = False
        self._has_ended = False
        self._started = time.monotonic()
        self._journal = Journal(home.logs / JOURNAL)
        instant = now.astimezone(UTC).replace(tzinfo=None)
        self._record = RefreshRecord(
            refresh_id=self.id,
            started_at=instant,
            observed_until_at=instant,
            is_forced=settings.is_forced,
        )

    @property
    def candidate(self) -> Candidate:
        """The candidate; raise StepTooEarly before `begin`."""
        if self._candidate is None:
            raise StepTooEarly(
                "There is no candidate yet: landing comes first. Start the whole job "
                "nightly_refresh instead of one of its steps."
            )
        return self._candidate

    @property
    def state(self) -> Path:
        """The database of what landed: the candidate's, or the one that stays."""
        if self.unchanged is not None:
            return self.home.state_of(self.unchanged.id)
        return self.candidate.state

    def begin(self) -> None:
        """Look at the disk, sweep, and copy the state of the current version.

        Nothing is copied where a look at the landing folder shows that the published
        version is what would be built. Raises DiskFull.
        """
        self._has_begun = True
        with self._step("begin"):
            self._journal.note(self._record)
            require_sense(self.settings.project_dir)
            # as they are now, whatever is edited while dbt is at work
            _ = self._code_version, self._vars
            self._require_readable_state()
            self._ledger = begin_ledger(self.home)
            self._reason = self._reason_to_build()
            self._take_snapshots()
            if self.before is not None and self._reason is None:
                self.landing = nothing_new(
                    self.home.state_of(self.before.id),
                    self.settings.landing,
                    self._contract(),
                    self.settings.secret_key_check,
                    self.settings.reading_rules,
                )
            if self.landing is not None:
                self.unchanged = self.before
                self.progress.note("nothing has changed")
                return
            self._candidate = self.home.begin(self.id, self._new_landing_bytes())
            reason = f" ({self._reason})" if self._reason else ""
            begun_from = self.before.id if self.before else self.home.current_id
            self.progress.note(
                f"from version {begun_from}{reason}" if begun_from else "first version"
            )

    def _require_readable_state(self) -> None:
        state = self.home.state_of(self.home.current_id or "")
        if state.exists() and not opens(state):
            raise HomeError(self.home.told_of_state(state))

    def _take_snapshots(self) -> None:
        """Bring what changed in the database that lands, if one does, into files."""
        address = self.settings.landing_database
        if address is not None:
            take_snapshots(
                address,
                self.settings.landing,
                self._contract(),
                self.observed_until_at,
                self.progress.update,
            )

    def _reason_to_build(self) -> str | None:
        """Return why there is something to build even if no file is new."""
        if self.before is None:
            return "first version"
        if self.settings.is_forced:
            return "forced"
        if not self.home.is_whole(self.before):
            return "files of it are missing"
        if held_by(self.home, self.before):
            return "it holds people who were erased"
        told = {
            "code_version": self._code_version,
            **facts.of_settings(self.settings, self._vars),
        }
        return reason_to_build(
            self.before.manifest,
            told,
            self.settings.as_of_date,
            self.observed_until_at,
        )

    def land(self) -> LandingReport:
        """Bring new and changed files into `raw`; raise LandingError.

        Afterwards `unchanged` is the published version if nothing is to be built: the
        steps that follow do nothing then.
        """
        with self._step("landing"):
            if self.unchanged is None:
                self.landing = self._land_files()
            if self.landing is None:
                raise StepTooEarly("Landing comes after begin.")
            if self._is_same_after_landing():
                self.unchanged, self._candidate = self.before, None
            tables = self.landing.tables
            rows = sum(table.landed_row_count for table in tables)
            files = sum(table.file_count for table in tables)
            new = len(self.landing.loaded)
            self.progress.note(f"{rows:,} rows in {files:,} files ({new:,} new)")
            for path in self.landing.ignored:
                self.progress.tell(f"  ignored: {path.path} ({path.why})")
            for file in self.landing.loaded:
                for note in file.notes:
                    self.progress.tell(f"  {shown(file.file_path)}: {note}")
            if self.unchanged is not None:
                self._end_unchanged(self.unchanged)
            return self.landing

    def _land_files(self) -> LandingReport:
        with duckdb.connect(str(self.candidate.state)) as connection:
            landing = land(
                connection,
                self.settings.landing,
                self._contract(),
                self.observed_until_at,
                self._show_bytes,
                self.settings.reading_rules,
            )
            self._refuse_other_files(landing)
            self._refuse_lost_files(connection)
            # who was erased stays so, whatever state this one goes on from
            self._ledger.give(connection)
            return landing

    def _is_same_after_landing(self) -> bool:
        """Say whether files that had to be read are what was published before."""
        if self.before is None or self._reason is not None or self.unchanged:
            return False
        return has_landed_nothing_new(
            self.candidate.state, self.before.manifest, self.settings.secret_key_check
        )

    def _end_unchanged(self, version: Version) -> None:
        self.home.sweep()
        self._drop_old()
        manifest = version.manifest
        self._record = replace(
            self._record,
            version=version.id,
            as_of_date=date.fromisoformat(manifest["as_of_date"]),
            inputs_checksum=manifest["inputs_checksum"],
            code_version=manifest["code_version"],
        )
        self._note_end("unchanged", None)
        self.log.line(f"unchanged: version {version.id} stays")

    def _refuse_other_files(self, landing: LandingReport) -> None:
        """Raise LandingError where the folder is another one, with nothing known in it.

        What landed before stays in force, so the two would be published as one.
        """
        settings = self.before.manifest.get("settings", {}) if self.before else {}
        told = self.settings.landing_told
        earlier = settings.get("landing", told)
        is_known = landing.known_file_count or landing.replaced or landing.returned
        if earlier == told or is_known:
            return
        raise LandingError(
            [
                f"{self.settings.home} holds what landed from {earlier}, and no file of"
                f" it is in {told}: both would be published as one."
                " Give the new data a CUSTOMER360_HOME of its own. If the folder has"
                " moved, leave a file that landed before in it."
            ]
        )

    def _refuse_lost_files(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Raise LandingError where a version stood on files that are nowhere any more.

        It is built from less then: after a rollback, or without the state that knew.
        """
        stood_on = {
            file["file_path"]
            for version in (self.before, self.home.newest())
            if version is not None
            for file in version.manifest.get("inputs", {}).get("files", ())
        }
        lost = sorted(stood_on - {f.file_path for f in raw.known_files(connection)})
        if not lost:
            return
        named = ", ".join(lost[:SHOWN_FILES])
        more = f" and {len(lost) - SHOWN_FILES} more" if lost[SHOWN_FILES:] else ""
        told = f"{len(lost)} landed files that were published are gone: {named}{more}."
        if self.settings.accept_lost_files:
            self.progress.tell(f"  {told} Going on without them, as asked.")
            self.log.line(told)
            return
        raise LandingError(
            [
                f"{told} They are neither in {self.settings.landing} nor in the state"
                " that this refresh goes on from, and less would be published than"
                " before. Put them back; or, if they are meant to be gone,"
                " `CUSTOMER360_ACCEPT_LOST_FILES=true make refresh`, once."
            ]
        )

    def check_landing(self) -> list[QualityResult]:
        """Judge what landed; raise DoorClosed, NoOrderAccepted."""
        if self.unchanged is not None:
            return []
        with self._step("landing_checks"):
            if self.landing is None:
                raise StepTooEarly("The landing door judges what landed before.")
            self.progress.update("starting Great Expectations")
            before = self.before.manifest.get("landed_rows", {}) if self.before else {}
            published = self._published_analytics()
            self.profiles = Profiles(self.id, published)
            with duckdb.connect(str(self.candidate.state), read_only=True) as state:
                doors.require_valued_orders(state, self.settings.reporting_currency)
                self.landing_results = doors.check_landing(
                    state,
                    self._contract().tables,
                    doors.limits_of(self._vars),
                    before,
                    self.landing.ignored,
                    Profiler(
                        state,
                        self.profiles,
                        self.observed_until_at.astimezone(
                            ZoneInfo(self.settings.business_timezone)
                        ).date(),
                        self.settings.business_timezone,
                    ),
                    Settled(
                        self.settings.listed("null_words", self._vars),
                        self.settings.listed("stand_in_ids", self._vars),
                    ),
                )
            self._judge("landing", self.landing_results)
            return self.landing_results

    def build(self) -> DbtRun:
        """Build the whole project, once more where people are to be erased.

        Raises DbtFailed, NoOrderAccepted, ErasureFailed.
        """
        if self.unchanged is not None:
            return DbtRun(results=(), seconds=0.0)
        with self._step("dbt"), self._dbt_environment():
            if not self.landing_results:
                raise StepTooEarly("dbt builds only what the landing door let pass.")
            doors.require_open("landing", self.landing_results)
            self.dbt_run = self._run_dbt()
            self.erasure = self._erase()
            if self.erasure is not None:
                self.dbt_run = self._run_dbt()
                require_nothing_due(self.candidate.state)
            models, tests = self.dbt_run.count("model"), self.dbt_run.count("test")
            erased = f", {self.erasure.told()}" if self.erasure else ""
            self.progress.note(f"{models} models, {tests} tests{erased}")
            return self.dbt_run

    def _run_dbt(self) -> DbtRun:
        try:
            return run_dbt(
                NIGHTLY_BUILD,
                self.settings.project_dir,
                self.home.target,
                on_node=self.progress.update,
                on_result=self.log.line,
            )
        except DbtFailed as failed:
            self.dbt_run = failed.run
            with duckdb.connect(str(self.candidate.state)) as state:
                doors.require_day(state)
            raise

    def _erase(self) -> Erasure | None:
        """Erase whom the build found to be due; what was built of them goes too."""
        self.progress.update("looking for people to erase")
        done = erase_due(self.candidate.state, self._contract(), self.observed_until_at)
        if done is not None:
            self.candidate.analytics.unlink()
            self.candidate.private.unlink()
            # candidates for one person, with names; found anew by the next look
            shutil.rmtree(self.home.reviews, ignore_errors=True)
            self._forget(done.people)
            self.log.line(done.told())
        return done

    def _forget(self, people: Iterable[Person]) -> None:
        """Take people out of what was found before they were erased."""
        for person in people:
            self.landing_results = [
                replace(
                    result,
                    observed=person.erased_from(result.observed),
                    failed_at=person.erased_from(result.failed_at),
                    what_to_do=person.erased_from(result.what_to_do),
                )
                for result in self.landing_results
            ]
            if self.profiles is not None:
                self.profiles.forget(person.is_in)

    def check_candidate(self) -> list[QualityResult]:
        """Judge what is about to be published; raise DoorClosed."""
        if self.unchanged is not None:
            return []
        with self._step("publish_checks"):
            if self.dbt_run is None:
                raise StepTooEarly("The publish door judges what dbt built before.")
            with self._databases(read_only=True) as connection:
                self.candidate_results = doors.check_candidate(
                    connection,
                    self._public_keys(),
                    doors.limits_of(self._vars),
                    self.profiles,
                )
                ending = told_of_ending_years(
                    connection,
                    self.settings.project_dir,
                    first_value(connection, AS_OF),
                )
            for line in ending:
                self.progress.tell(f"  {line}")
                self.log.line(f"warning {line}")
            self._judge("publish", self.candidate_results)
            return self.candidate_results

    def publish(self) -> Version:
        """Write audit tables, Parquet files and manifest, flip `current`, drop old.

        Returns the version that readers see from now on.
        """
        if self.unchanged is not None:
            return self.unchanged
        with self._step("publish"):
            if not self.candidate_results:
                raise StepTooEarly("Only what the publish door let pass is published.")
            doors.require_open("publish", self.candidate_results)
            keys = self._public_keys()
            parquet = self._parquet(keys)
            with self._databases(read_only=False) as connection:
                manifest = self._finished_manifest(connection, keys, parquet)
                # before readers can see that somebody is gone
                self._ledger.keep(connection, self.id)
            is_current = self._is_for_readers(manifest)
            self.published = self.home.publish(
                self.candidate,
                {**manifest, "is_aside": not is_current},
                is_current=is_current,
            )
            files = f", {parquet.told()}" if parquet.files else ""
            self.progress.note(f"version {self.id}{files}{self._tidy_up()}")
            return self.published

    def _is_for_readers(self, manifest: Mapping[str, Any]) -> bool:
        """Say whether readers are to see this version, or go on with a later day."""
        if self.before is None or not self.settings.never_back:
            return True
        seen = self.before.manifest.get("as_of_date", "")
        return bool(manifest["as_of_date"] >= seen)

    def _tidy_up(self) -> str:
        """Drop old versions and note the end, once it is published.

        Whatever fails here, it is published; so that is only told.
        """
        try:
            dropped = self._drop_old()
            self._note(self._record)
        except OSError as error:
            self.log.error(error)
            return f", but could not tidy up ({error.strerror})"
        return f", dropped {len(dropped)} old" if dropped else ""

    def _drop_old(self) -> list[str]:
        return self.home.drop_old(
            self.settings.keep_versions,
            timedelta(minutes=self.settings.keep_minutes),
            self.observed_until_at,
            self.settings.keep_backfilled,
        )

    @property
    def failed_step(self) -> str | None:
        """Name of the step that failed; None where none did."""
        return self._record.failed_step

    def end(self, outcome: str | None = None) -> None:
        """Note in the journal how it ended; `outcome` for an end from outside.

        May be called from a signal handler while a step is at work.
        """
        if self._has_ended or not self._has_begun:
            return
        self._has_ended = True
        failed_step = self.progress.current_step or self._record.failed_step
        ended = outcome or ("failed" if self.failure else "unfinished")
        if self.home.current_id == self.id:
            # it ended between the flip and its note of it
            ended, failed_step = "published", None
        # a full disk must not hide why the refresh ended
        with suppress(OSError):
            self._note_end(ended, failed_step)
        self.log.line(f"{ended}{f' in step {failed_step}' if failed_step else ''}")

    def told_of_disk(self, error: BaseException) -> DiskFull | None:
        """Return what a person is told of an error if a full disk is behind it.

        Whatever failed, the disk is asked: each engine says it in words of its own.
        What the refresh wrote is swept: the next one, or somebody else, needs the room.
        """
        if isinstance(error, DiskFull):
            return None
        is_full = disk.says_full(error) or disk.has_little(self.home.path)
        # what was foreseen has its own cause, though the disk may have been full once
        if not is_full and not isinstance(error, FORESEEN):
            is_full = self.disk_watch.was_full()
        if not is_full:
            return None
        return self.home.full_disk(is_published=self.published is not None)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.log.line(f"step {name}")
        try:
            with self.progress.step(name, TITLES[name]):
                yield
        except BaseException as error:
            self._record = replace(self._record, failed_step=name)
            self.log.error(error)
            self.failure = self.told_of_disk(error) or error
            if isinstance(self.failure, duckdb.Error):
                # Dagster keeps what is raised here, so it may hold no value of a row
                self.failure = DatabaseFailed(without_values(str(error)))
            if self.failure is not error:
                raise self.failure from None
            raise

    def _judge(self, door: str, results: list[QualityResult]) -> None:
        failed = [result for result in results if not result.is_passed]
        for result in failed:
            self.log.line(f"{result.severity} {result.told()}")
        warnings = sum(not result.is_blocking for result in failed)
        self.progress.note(f"{len(results)} checks, {warnings} warnings")
        doors.require_open(door, results)

    def _databases(
        self, *, read_only: bool
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        files = (self.candidate.state, self.candidate.analytics, self.candidate.private)
        return opened(*files, read_only=read_only)

    def _dbt_environment(self) -> AbstractContextManager[None]:
        variables = self.settings.dbt_variables(self.home.building, self.home.target)
        return exported(variables)

    def _contract(self) -> Contract:
        return read_contract(self.settings.project_dir / CONTRACT_FILE)

    @cached_property
    def _vars(self) -> dict[str, Any]:
        return project_vars(self.settings.project_dir)

    @cached_property
    def _code_version(self) -> str:
        return facts.code_version(self.settings.project_dir)

    def _public_keys(self) -> dict[str, list[str]]:
        with self._dbt_environment():
            manifest = current_manifest(self.settings.project_dir, self.home.target)
        return public_keys(read_manifest(manifest))

    def _show_bytes(self, file: str, done: int, of: int) -> None:
        share = done / of if of else 1
        self.progress.update(f"{share:4.0%} of {of / 1_000_000:,.1f} MB  {file}")

    def _new_landing_bytes(self) -> int:
        """Return about how much text landing will read, by the sizes of files."""
        inputs = self.before.manifest.get("inputs", {}) if self.before else {}
        known = {(f["file_path"], f["byte_count"]) for f in inputs.get("files", ())}
        new = 0
        for file in self.settings.landing.rglob("*"):
            # what cannot be read, or went meanwhile, is told by landing itself
            with suppress(OSError):
                size = file.stat().st_size if file.is_file() else 0
                name = file.relative_to(self.settings.landing).as_posix()
                new += disk.text_bytes(file, size) * ((name, size) not in known)
        return new

    def _finished_manifest(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: dict[str, list[str]],
        parquet: ParquetExport,
    ) -> dict[str, Any]:
        """Write audit tables and Parquet files; return what the version says."""
        # the long part first, so that the audit tables know how long it took
        self._export(connection, parquet, is_audit=False)
        self._write_audit(connection)
        self._export(connection, parquet, is_audit=True)
        note_key(connection, self.settings.secret_key_check)
        results = [*self.landing_results, *self.candidate_results]
        shown = {"version": self.id, "as-of date": self._record.as_of_date}
        report = write_page(self.candidate.path, shown, results)
        return {
            "previous_version": self.before.id if self.before else None,
            **facts.of_record(self._record),
            "settled_until": facts.settled_until(
                connection, self._contract(), self.observed_until_at
            ),
            **facts.of_settings(self.settings, self._vars),
            "commit": facts.git_commit(self.settings.project_dir),
            **facts.of_databases(connection),
            "keys": keys,
            "parquet": parquet.in_manifest(),
            "report": report.as_posix(),
            "warnings": [asdict(result) for result in results if not result.is_passed],
            "disk": asdict(self.home.space) if self.home.space else None,
            **facts.of_process(self.progress.seconds_so_far()),
        }

    def _parquet(self, keys: dict[str, list[str]]) -> ParquetExport:
        # after an erasure no file goes on under another name
        linked = self.before if self.erasure is None else None
        folder = self.candidate.path / PARQUET
        return ParquetExport(folder, keys, linked, self.home.access)

    def _export(
        self,
        connection: duckdb.DuckDBPyConnection,
        parquet: ParquetExport,
        *,
        is_audit: bool,
    ) -> None:
        if self.settings.has_parquet:
            tables = public_tables(connection)
            wanted = [table for table in tables if (table[0] == "audit") == is_audit]
            parquet.write(connection, wanted, self.progress.update)

    def _write_audit(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write what is known of refreshes and checks, this one's included."""
        carried, noted = self._carried_records(), self._journal.records()
        earlier = merged(carried, noted)
        as_of_date: date = first_value(connection, AS_OF)
        inputs_checksum = facts.inputs_checksum(connection)
        rows = facts.reconciled_rows(connection)
        self._record = replace(
            self._record,
            version=self.id,
            as_of_date=as_of_date,
            ended_at=self._now(),
            outcome="published",
            inputs_checksum=inputs_checksum,
            code_version=self._code_version,
            settings_checksum=facts.settings_checksum(self.settings),
            is_restated=facts.is_restated(earlier, as_of_date, inputs_checksum),
            landed_row_count=rows["landed"],
            accepted_row_count=rows["accepted"],
            superseded_row_count=rows["superseded"],
            not_yet_row_count=rows["not_yet"],
            quarantined_row_count=rows["quarantined"],
        ).timed(self.progress.seconds_so_far())
        write_refreshes(connection, merged(carried, [*noted, asdict(self._record)]))
        results = [*self.landing_results, *self.candidate_results]
        doors.write_results(connection, self.id, results)
        if self.profiles is not None:
            self.profiles.write(connection)

    def _carried_records(self) -> list[dict[str, Any]]:
        # what is lost there is still in the journal
        analytics = self._published_analytics()
        if analytics is None:
            return []
        with duckdb.connect(str(analytics), read_only=True) as published:
            return carried_records(published)

    def _published_analytics(self) -> Path | None:
        """Return what readers see, unless it is gone or was cut."""
        if self.before and self.home.is_sound(self.before, self.before.analytics):
            return self.before.analytics
        return None

    def _now(self) -> datetime:
        """The begin plus what passed since: the clock itself is read once."""
        elapsed = timedelta(seconds=time.monotonic() - self._started)
        return self._record.started_at + elapsed

    def _note_end(self, outcome: str, failed_step: str | None) -> None:
        self._record = replace(
            self._record,
            ended_at=self._now(),
            outcome=outcome,
            failed_step=failed_step,
        ).timed(self.progress.seconds_so_far())
        self._note(self._record)

    def _note(self, record: RefreshRecord) -> None:
        """Note the end of the refresh."""
        self._has_ended = True
        self._journal.note(record)


@contextmanager
def opened_refresh(
    settings: Settings, progress: Progress, now: datetime
) -> Iterator[Refresh]:
    """Hold the lock of the home and give the refresh that works under it.

    `now` (UTC) is the one instant against which "in the future" is judged. Raises
    SettingsError and HomeError.
    """
    settings.require_day_that_has_come(now)
    settings.require_vars(project_vars(settings.project_dir))
    settings.has_pseudonyms(project_vars(settings.project_dir))
    access = Access.of_groups(settings.readers_group, settings.private_group)
    home = Home(settings.home, access)

    def tell_wait(holder: str) -> None:
        progress.tell(
            f"Another refresh ({holder}) is at work in {home.path}; "
            f"waiting up to {settings.lock_wait_seconds} s for it."
        )

    with home.lock(settings.lock_wait_seconds, tell_wait):
        home.require_no_fault()
        refresh = Refresh(settings, home, progress, now)
        try:
            with disk.watched(home.path) as refresh.disk_watch:
                yield refresh
        except Exception as error:
            # what Dagster writes beside the steps lies on the same disk
            full = refresh.told_of_disk(error)
            if full is None:
                raise
            raise full from None
        finally:
            refresh.end()
