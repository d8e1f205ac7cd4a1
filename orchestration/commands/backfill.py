"""`make backfill FROM=… TO=…`: the nightly job of every day of a range, one by one.

Each day takes the lock for itself, so that a nightly refresh comes in between. What
readers see never goes back in time: a past day lies beside the current version. A
backfill that was cut goes on where it was when the same command is given again.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from orchestration.alerts.operators import alert_operators
from orchestration.commands.refresh import OnOpen, run_job, stoppable
from orchestration.landing.contract import (
    CONTRACT_FILE,
    Contract,
    ContractError,
    read_contract,
)
from orchestration.refresh.backfilling import (
    MadeFrom,
    Outcome,
    made_from_now,
    published_days,
    require_space,
    told_before,
    told_end,
)
from orchestration.refresh.days import days_between
from orchestration.refresh.errors import failure_told
from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import LOCK_WAIT_SECONDS, Settings
from orchestration.store.journal import JOURNAL, Journal
from orchestration.store.versions import Home, HomeError
from orchestration.text.printable import shown_lines

# longer than a waiting refresh takes to look at the lock again, and than Dagster takes
# to begin a run that it has queued
PAUSE_SECONDS, QUEUE_PAUSE_SECONDS = 0.5, 12


class Backfill:
    """The days of one command, built one after the other."""

    def __init__(self, settings: Settings, days: list[date], *, again: bool) -> None:
        waits = max(settings.lock_wait_seconds, LOCK_WAIT_SECONDS)
        is_again = again or settings.is_forced
        self.settings = replace(
            settings, never_back=True, is_forced=is_again, lock_wait_seconds=waits
        )
        self.days = days
        self.home = Home(settings.home)
        self.contract: Contract = read_contract(settings.project_dir / CONTRACT_FILE)
        self._is_again = is_again

    def require_possible(self) -> None:
        """Raise SettingsError or HomeError where the range cannot be built."""
        last = replace(self.settings, as_of_date=self.days[-1])
        last.require_day_that_has_come(datetime.now(UTC))
        self.home.create()
        todo = len(self.days) - len(set(self.days) & self.done().keys())
        require_space(self.home, todo, self.settings.keep_backfilled)

    def done(self) -> dict[date, str]:
        """Return the version of every day that need not be built."""
        if self._is_again:
            return {}
        made_from: MadeFrom | None = made_from_now(
            self.settings, self.contract, self.home
        )
        records = Journal(self.home.logs / JOURNAL).records()
        return published_days(records, self.home.versions(), made_from)

    def outcome(self, day: date, prefix: str, on_open: OnOpen) -> Outcome:
        """Build one day, unless it is done."""
        version = self.done().get(day)
        if version is not None:
            return Outcome(day, "before", told_before(version, self.home.versions()))
        started = time.monotonic()
        try:
            refresh = self._refreshed(day, prefix, on_open)
        except Exception as error:
            return Outcome(day, "failed", failure_told(error))
        if refresh.unchanged is not None:
            said = told_before(refresh.unchanged.id, self.home.versions())
            return Outcome(day, "before", said)
        return Outcome(day, "published", _told(refresh), time.monotonic() - started)

    def _refreshed(self, day: date, prefix: str, on_open: OnOpen) -> Refresh:
        progress = Progress(sys.stdout, prefix=prefix, brief=True)
        settings = replace(self.settings, as_of_date=day)
        with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
            on_open(refresh)
            run_job(refresh)
        return refresh


def main(first: date, last: date, *, is_stopping: bool, again: bool) -> int:
    """Backfill the days from the first to the last; return 1 where one failed."""
    days = list(days_between(first, last))

    def work(progress: Progress, on_open: OnOpen) -> int:
        return _run(days, progress, on_open, is_stopping=is_stopping, again=again)

    return stoppable(work)


def _run(
    days: list[date],
    progress: Progress,
    on_open: OnOpen,
    *,
    is_stopping: bool,
    again: bool,
) -> int:
    try:
        settings = Settings.from_environment()
        backfill = Backfill(settings, days, again=again)
        backfill.require_possible()
    except (SettingsError, ContractError, HomeError) as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1
    progress.tell(f"Backfilling {days[0]} to {days[-1]} into {settings.home}")
    if len(days) > settings.keep_backfilled:
        progress.tell(
            f"The versions of the last {settings.keep_backfilled} of {len(days)} days "
            "are kept (CUSTOMER360_KEEP_BACKFILLED); audit.refreshes tells of all."
        )
    outcomes = list(_outcomes(backfill, progress, on_open, is_stopping=is_stopping))
    lines = told_end(outcomes, len(days))
    for line in lines:
        progress.tell(line)
    failed = [outcome for outcome in outcomes if outcome.outcome == "failed"]
    if failed:
        alert_operators("Backfill failed", "\n".join([*lines, failed[0].said]))
    return 1 if failed else 0


def _outcomes(
    backfill: Backfill, progress: Progress, on_open: OnOpen, *, is_stopping: bool
) -> Iterable[Outcome]:
    """Yield and tell what becomes of each day."""
    days = backfill.days
    for number, day in enumerate(days, 1):
        prefix = f"[{number:>{len(str(len(days)))}}/{len(days)}] {day}  "
        outcome = backfill.outcome(day, prefix, on_open)
        took = f" in {outcome.seconds:.1f} s" if outcome.seconds else ""
        failed = "FAILED: " if outcome.outcome == "failed" else ""
        progress.tell(f"{prefix}{failed}{outcome.said}{took}")
        yield outcome
        if outcome.outcome == "failed" and is_stopping:
            return
        if outcome.outcome == "published":
            time.sleep(_pause_seconds())


def _pause_seconds() -> float:
    import dagster as dg

    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
    with dg.DagsterInstance.get() as instance:
        is_waited_for = instance.get_runs_count(queued) > 0
    return QUEUE_PAUSE_SECONDS if is_waited_for else PAUSE_SECONDS


def _told(refresh: Refresh) -> str:
    version = refresh.published
    assert version is not None  # else the last step would have failed
    restated = ", restated" if version.manifest["is_restated"] else ""
    seen = ", what readers see now" if version.is_current else ""
    return f"published as version {version.id}{restated}{seen}"
