"""One refresh, step by step: begin, land, check, build, check, publish.

Plain Python: Dagster calls the steps, and so may a test. A step that fails leaves what
was published as it was. The steps hand on to each other through the `Refresh`; a step
that is called before the one it needs refuses.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib import manifest as facts
from orchestration.lib import quality
from orchestration.lib.access import Access
from orchestration.lib.contract import Contract, read_contract
from orchestration.lib.databases import AS_OF, first_value, opened
from orchestration.lib.dbt_project import (
    current_manifest,
    project_vars,
    public_keys,
    read_manifest,
)
from orchestration.lib.dbt_runner import DbtFailed, DbtRun, run_dbt
from orchestration.lib.erasing import Erasure, erase_due, require_nothing_due
from orchestration.lib.journal import (
    Journal,
    RefreshRecord,
    carried_records,
    merged,
    write_refreshes,
)
from orchestration.lib.landing import land
from orchestration.lib.landing.report import LandingError, LandingReport
from orchestration.lib.masking import without_values
from orchestration.lib.progress import Progress
from orchestration.lib.quality import QualityResult
from orchestration.lib.run_log import RunLog
from orchestration.lib.versions import Candidate, Home, Version
from orchestration.resources import Settings, exported

TITLES = {
    "begin": "1/6 begin",
    "landing": "2/6 landing",
    "landing_checks": "3/6 landing door",
    "dbt": "4/6 dbt build",
    "publish_checks": "5/6 publish door",
    "publish": "6/6 publish",
}
CONTRACT_FILE = Path("models/staging/_sources.yml")
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
        self.published: Version | None = None
        self.failure: BaseException | None = None
        self._candidate: Candidate | None = None
        self._started = time.monotonic()
        self._journal = Journal(home.logs / "refreshes.jsonl")
        instant = now.astimezone(UTC).replace(tzinfo=None)
        self._record = RefreshRecord(
            refresh_id=self.id, started_at=instant, observed_until_at=instant
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

    def begin(self) -> None:
        """Sweep, look at the disk, and copy the state of the current version."""
        self._journal.note(self._record)
        with self._step("begin"):
            self._candidate = self.home.begin(self.id, self._new_landing_bytes())
            self.progress.note(
                f"from version {self.before.id}" if self.before else "first version"
            )

    def land(self) -> LandingReport:
        """Bring new and changed files into `raw`; raise LandingError."""
        with (
            self._step("landing"),
            duckdb.connect(str(self.candidate.state)) as connection,
        ):
            self.landing = land(
                connection,
                self.settings.landing,
                self._contract(),
                self.observed_until_at,
                self._show_bytes,
            )
            self._refuse_other_files(self.landing)
            tables = self.landing.tables
            rows = sum(table.landed_row_count for table in tables)
            files = sum(table.file_count for table in tables)
            new = len(self.landing.loaded)
            self.progress.note(f"{rows:,} rows in {files:,} files ({new:,} new)")
            return self.landing

    def _refuse_other_files(self, landing: LandingReport) -> None:
        """Raise LandingError where the folder is another one, with nothing known in it.

        What landed before stays in force, so the two would be published as one.
        """
        settings = self.before.manifest.get("settings", {}) if self.before else {}
        earlier = settings.get("landing", str(self.settings.landing))
        is_known = landing.known_file_count or landing.replaced or landing.returned
        if earlier == str(self.settings.landing) or is_known:
            return
        raise LandingError(
            [
                f"{self.settings.home} holds what landed from {earlier}, and no file of"
                f" it is in {self.settings.landing}: both would be published as one."
                " Give the new data a CUSTOMER360_HOME of its own. If the folder has"
                " moved, leave a file that landed before in it."
            ]
        )

    def check_landing(self) -> list[QualityResult]:
        """Judge what landed; raise DoorClosed, NoOrderAccepted."""
        with self._step("landing_checks"):
            if self.landing is None:
                raise StepTooEarly("The landing door judges what landed before.")
            self.progress.update("starting Great Expectations")
            before = self.before.manifest.get("landed_rows", {}) if self.before else {}
            with duckdb.connect(str(self.candidate.state), read_only=True) as state:
                quality.require_valued_orders(state, self.settings.reporting_currency)
                self.landing_results = quality.check_landing(
                    state,
                    self._contract().tables,
                    quality.limits_of(self._vars()),
                    before,
                    self.landing.ignored,
                )
            self._judge("landing", self.landing_results)
            return self.landing_results

    def build(self) -> DbtRun:
        """Build the whole project, once more where people are to be erased.

        Raises DbtFailed, NoOrderAccepted, ErasureFailed.
        """
        with self._step("dbt"), self._dbt_environment():
            if not self.landing_results:
                raise StepTooEarly("dbt builds only what the landing door let pass.")
            quality.require_open("landing", self.landing_results)
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
                quality.require_day(state)
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
            self.log.line(done.told())
        return done

    def check_candidate(self) -> list[QualityResult]:
        """Judge what is about to be published; raise DoorClosed."""
        with self._step("publish_checks"):
            if self.dbt_run is None:
                raise StepTooEarly("The publish door judges what dbt built before.")
            with self._databases(read_only=True) as connection:
                self.candidate_results = quality.check_candidate(
                    connection,
                    self._public_keys(),
                    quality.limits_of(self._vars()),
                )
            self._judge("publish", self.candidate_results)
            return self.candidate_results

    def publish(self) -> Version:
        """Write audit tables and manifest, flip `current`, drop old versions."""
        with self._step("publish"):
            if not self.candidate_results:
                raise StepTooEarly("Only what the publish door let pass is published.")
            quality.require_open("publish", self.candidate_results)
            with self._databases(read_only=False) as connection:
                manifest = self._finished_manifest(connection)
            self.published = self.home.publish(self.candidate, manifest)
            self._journal.note(self._record)
            dropped = self.home.drop_old(
                self.settings.keep_versions,
                timedelta(minutes=self.settings.keep_minutes),
                self.observed_until_at,
            )
            gone = f", dropped {len(dropped)} old" if dropped else ""
            self.progress.note(f"version {self.id}{gone}")
            return self.published

    def end(self, outcome: str | None = None) -> None:
        """Note in the journal how it ended; `outcome` for an end from outside."""
        has_begun = self._candidate is not None or self.failure is not None
        if self.published is not None or not has_begun:
            return
        failed_step = self.progress.current_step or self._record.failed_step
        ended = outcome or ("failed" if self.failure else "unfinished")
        # a full disk must not hide why the refresh ended
        with suppress(OSError):
            self._note_end(ended, failed_step)
        self.log.line(f"{ended}{f' in step {failed_step}' if failed_step else ''}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.log.line(f"step {name}")
        try:
            with self.progress.step(name, TITLES[name]):
                yield
        except BaseException as error:
            self.failure = error
            self._record = replace(self._record, failed_step=name)
            self.log.error(error)
            if isinstance(error, duckdb.Error):
                # Dagster keeps what is raised here, so it may hold no value of a row
                self.failure = DatabaseFailed(without_values(str(error)))
                raise self.failure from None
            raise

    def _judge(self, door: str, results: list[QualityResult]) -> None:
        failed = [result for result in results if not result.is_passed]
        for result in failed:
            self.log.line(f"{result.severity} {result.told()}")
        warnings = sum(not result.is_blocking for result in failed)
        self.progress.note(f"{len(results)} checks, {warnings} warnings")
        quality.require_open(door, results)

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

    def _vars(self) -> dict[str, Any]:
        return project_vars(self.settings.project_dir)

    def _public_keys(self) -> dict[str, list[str]]:
        with self._dbt_environment():
            manifest = current_manifest(self.settings.project_dir, self.home.target)
        return public_keys(read_manifest(manifest))

    def _show_bytes(self, file: str, done: int, of: int) -> None:
        share = done / of if of else 1
        self.progress.update(f"{share:4.0%} of {of / 1_000_000:,.1f} MB  {file}")

    def _new_landing_bytes(self) -> int:
        present = 0
        for file in self.settings.landing.rglob("*"):
            # what cannot be read, or went meanwhile, is told by landing itself
            with suppress(OSError):
                present += file.stat().st_size
        inputs = self.before.manifest.get("inputs", {}) if self.before else {}
        known: int = sum(file["byte_count"] for file in inputs.get("files", ()))
        return max(0, present - known)

    def _finished_manifest(
        self, connection: duckdb.DuckDBPyConnection
    ) -> dict[str, Any]:
        """Write the audit tables into the candidate; return what the version says."""
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
            code_version=facts.code_version(self.settings.project_dir),
            is_restated=facts.is_restated(earlier, as_of_date, inputs_checksum),
            landed_row_count=rows["landed"],
            accepted_row_count=rows["accepted"],
            superseded_row_count=rows["superseded"],
            not_yet_row_count=rows["not_yet"],
            quarantined_row_count=rows["quarantined"],
        )
        write_refreshes(connection, merged(carried, [*noted, asdict(self._record)]))
        results = [*self.landing_results, *self.candidate_results]
        quality.write_results(connection, self.id, results)
        return {
            "previous_version": self.before.id if self.before else None,
            **facts.of_record(self._record),
            **facts.of_settings(self.settings, self._vars()),
            **facts.of_databases(connection),
            "keys": self._public_keys(),
            "warnings": [asdict(result) for result in results if not result.is_passed],
            **facts.of_process(self.progress.seconds_so_far()),
        }

    def _carried_records(self) -> list[dict[str, Any]]:
        if self.before is None:
            return []
        file = str(self.before.analytics)
        with duckdb.connect(file, read_only=True) as published:
            return carried_records(published)

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
        )
        self._journal.note(self._record)


@contextmanager
def opened_refresh(
    settings: Settings, progress: Progress, now: datetime
) -> Iterator[Refresh]:
    """Hold the lock of the home and give the refresh that works under it.

    `now` (UTC) is the one instant against which "in the future" is judged. Raises
    SettingsError and HomeError.
    """
    settings.require_day_that_has_come(now)
    settings.has_pseudonyms(project_vars(settings.project_dir))
    access = Access.of_groups(settings.readers_group, settings.private_group)
    home = Home(settings.home, access)

    def tell_wait(holder: str) -> None:
        progress.tell(
            f"Another refresh ({holder}) is at work in {home.path}; "
            f"waiting up to {settings.lock_wait_seconds} s for it."
        )

    with home.lock(settings.lock_wait_seconds, tell_wait):
        refresh = Refresh(settings, home, progress, now)
        try:
            yield refresh
        finally:
            refresh.end()
