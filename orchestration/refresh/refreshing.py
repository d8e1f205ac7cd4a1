"""One refresh, step by step: begin, land, check, build, check, publish.

Plain Python: Dagster calls the steps, and so may a test. A step that fails leaves what
was published as it was. The steps hand on to each other through the `Refresh`; a step
that is called before the one it needs refuses.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
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
from orchestration.landing import land
from orchestration.landing.contract import CONTRACT_FILE, Contract, read_contract
from orchestration.landing.database import take_snapshots
from orchestration.landing.report import LandingError, LandingReport
from orchestration.privacy.erasing import erase_due, require_nothing_due
from orchestration.privacy.erasure_ledger import ErasureLedger, begin_ledger, held_by
from orchestration.privacy.person_texts import Person
from orchestration.privacy.scrubbing import Erasure
from orchestration.quality import doors
from orchestration.quality.doors import QualityResult
from orchestration.quality.holiday_years import told_of_ending_years
from orchestration.quality.landing_profiles import Profiler
from orchestration.quality.landing_texts import Settled
from orchestration.quality.profiles import Profiles
from orchestration.refresh import manifest as facts
from orchestration.refresh.errors import DatabaseFailed, StepTooEarly
from orchestration.refresh.landed_before import (
    lost_files,
    new_landing_bytes,
    refuse_other_files,
)
from orchestration.refresh.noting import Notes
from orchestration.refresh.progress import Progress
from orchestration.refresh.publication import Publication
from orchestration.refresh.run_log import RunLog
from orchestration.refresh.unchanged import (
    has_landed_nothing_new,
    nothing_new,
    reason_to_build,
)
from orchestration.settings.environment import exported
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.databases import (
    AS_OF,
    first_value,
    opened,
    opens,
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
# failures whose cause is what somebody gave us
FORESEEN = (LandingError, doors.DoorClosed, doors.NoOrderAccepted, SettingsError)
NIGHTLY_BUILD = ("build", "--no-write-json", "--exclude-resource-type", "unit_test")


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
        self._notes = Notes(home, progress, self.id, now, is_forced=settings.is_forced)

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
        with self._step("begin"):
            self._notes.begin()
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
            self._candidate = self.home.begin(
                self.id, new_landing_bytes(self.settings.landing, self.before)
            )
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
            refuse_other_files(self.settings, self.before, landing)
            versions = (self.before, self.home.newest())
            told = lost_files(self.settings, versions, connection)
            if told is not None:
                self.progress.tell(f"  {told} Going on without them, as asked.")
                self.log.line(told)
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
        self._notes.change_timed(
            version=version.id,
            as_of_date=date.fromisoformat(manifest["as_of_date"]),
            inputs_checksum=manifest["inputs_checksum"],
            code_version=manifest["code_version"],
            outcome="unchanged",
            failed_step=None,
        )
        self._notes.end()
        self.log.line(f"unchanged: version {version.id} stays")

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
            publication = self._publication()
            with self._databases(read_only=False) as connection:
                manifest = publication.finished_manifest(
                    connection, self.progress.seconds_so_far, self.home.space
                )
                # before readers can see that somebody is gone
                self._ledger.keep(connection, self.id)
            is_current = self._is_for_readers(manifest)
            self.published = self.home.publish(
                self.candidate,
                {**manifest, "is_aside": not is_current},
                is_current=is_current,
            )
            parquet = publication.parquet
            files = f", {parquet.told()}" if parquet.files else ""
            self.progress.note(f"version {self.id}{files}{self._tidy_up()}")
            return self.published

    def _publication(self) -> Publication:
        keys = self._public_keys()
        # after an erasure no file goes on under another name
        linked = self.before if self.erasure is None else None
        folder = self.candidate.path / PARQUET
        return Publication(
            settings=self.settings,
            contract=self._contract(),
            project_vars=self._vars,
            code_version=self._code_version,
            candidate=self.candidate,
            before=self.before,
            earlier=self._published_analytics(),
            notes=self._notes,
            results=[*self.landing_results, *self.candidate_results],
            profiles=self.profiles,
            parquet=ParquetExport(folder, keys, linked, self.home.access),
            keys=keys,
            show=self.progress.update,
        )

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
            self._notes.end()
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
        return self._notes.record.failed_step

    def end(self, outcome: str | None = None) -> None:
        """Note in the journal how it ended; `outcome` for an end from outside.

        May be called from a signal handler while a step is at work.
        """
        if self._notes.has_ended or not self._notes.has_begun:
            return
        self._notes.has_ended = True
        failed_step = self.progress.current_step or self.failed_step
        ended = outcome or ("failed" if self.failure else "unfinished")
        if self.home.current_id == self.id:
            # it ended between the flip and its note of it
            ended, failed_step = "published", None
        # a full disk must not hide why the refresh ended
        with suppress(OSError):
            self._notes.change_timed(outcome=ended, failed_step=failed_step)
            self._notes.end()
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
            self._notes.change(failed_step=name)
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

    def _published_analytics(self) -> Path | None:
        """Return what readers see, unless it is gone or was cut."""
        if self.before and self.home.is_sound(self.before, self.before.analytics):
            return self.before.analytics
        return None
