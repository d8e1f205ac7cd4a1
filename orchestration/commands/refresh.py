"""`make refresh`: the nightly job in one process, told to a person.

Opens the refresh (settings, lock), runs the Dagster job with it, and says what was
published, or why nothing was. Who is to be alerted hears of a failure. The work itself
is in `refresh.refreshing`.
"""

import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from orchestration.alerts.operators import alert_operators
from orchestration.refresh.days import offered_day
from orchestration.refresh.errors import failure_told
from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.report.summary import told, told_unchanged
from orchestration.settings.dagster_instance import prepare_dagster
from orchestration.settings.settings import Settings
from orchestration.store.versions import AnotherRefreshRuns
from orchestration.text.printable import shown_lines

if TYPE_CHECKING:
    import dagster as dg

OnOpen: TypeAlias = Callable[[Refresh], None]
OnFailure: TypeAlias = Callable[[Exception, Refresh | None], None]


def main() -> int:
    """Refresh once as a command; return the exit status."""
    return stoppable(lambda told, on_open: refresh_once(told, run_job, on_open))


def stoppable(work: Callable[[Progress, OnOpen], int]) -> int:
    """Do the work of a command until it ends or is stopped; return the exit status.

    The refresh has a thread of its own, so that this one is free to answer SIGINT and
    SIGTERM at once: neither Dagster, dbt nor a long query can hold them up.
    """
    progress = Progress(sys.stdout)
    opened: list[Refresh] = []
    ended: list[int] = []

    def work_on(refresh: Refresh) -> None:
        # only the last one is at work
        opened[:] = [refresh]

    def stop(number: int, frame: object) -> None:
        # Nothing needs undoing: until `current` is flipped a refresh has touched
        # nothing that readers see, and the next one sweeps the rest.
        progress.tell(f"Stopped by {signal.Signals(number).name}.")
        for refresh in opened:
            refresh.end("stopped")
            progress.tell(what_readers_see(refresh))
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    worker = threading.Thread(
        target=lambda: ended.append(work(progress, work_on)),
        daemon=True,
    )
    worker.start()
    worker.join()
    return ended[0] if ended else 1


def alert_of_failure(error: Exception, refresh: Refresh | None) -> None:
    """Alert those who run the warehouse of a refresh that failed."""
    seen = "" if refresh is None else what_readers_see(refresh)
    alert_operators(
        title="Another refresh was at work"
        if isinstance(error, AnotherRefreshRuns)
        else "Refresh failed",
        text="\n".join([failure_told(error), seen]).strip(),
        severity="warning" if isinstance(error, AnotherRefreshRuns) else "critical",
        refresh=refresh,
    )


def refresh_once(
    progress: Progress,
    run: Callable[[Refresh], None],
    on_open: OnOpen = lambda refresh: None,
    *,
    read_settings: Callable[[], Settings] = Settings.from_environment,
    on_failure: OnFailure = alert_of_failure,
) -> int:
    """Open a refresh, let `run` take its steps, tell the end; return the exit status.

    `on_open` is given the refresh before its first step; `on_failure` comes after the
    failure has been told.
    """
    started = time.monotonic()
    refresh: Refresh | None = None
    try:
        settings = read_settings()
        progress.tell(f"Refreshing {settings.home} from {settings.landing_told}")
        with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
            on_open(refresh)
            run(refresh)
    except Exception as error:
        tell_failure(error, refresh)
        on_failure(error, refresh)
        return 1
    tell_success(refresh, time.monotonic() - started)
    return 0


def run_job(refresh: Refresh) -> None:
    """Run the job nightly_refresh with this refresh; raise what its step raised."""
    refresh.progress.update("starting Dagster")
    warnings.simplefilter("ignore")
    # of steps that are skipped because nothing has changed
    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    import dagster as dg

    from orchestration.definitions import NIGHTLY_REFRESH, defs
    from orchestration.defs.running import COMMAND, RUNS_OF_COMMANDS, end_lost_runs

    settings = refresh.settings
    day = offered_day(settings.as_of_date, settings, refresh.observed_until_at)
    prepare_dagster(refresh.home.dagster)
    with dg.DagsterInstance.get() as instance:
        # the lock is ours: none of them is alive
        end_lost_runs(instance, RUNS_OF_COMMANDS)
        outcome = defs.resolve_job_def(NIGHTLY_REFRESH).execute_in_process(
            instance=instance,
            resources={"refresh": dg.ResourceDefinition.hardcoded_resource(refresh)},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            partition_key=day,
            tags=COMMAND,
            raise_on_error=False,
        )
    if refresh.failure is not None:
        raise refresh.failure
    if not outcome.success:
        raise RuntimeError(failure_of_dagster(outcome))


def failure_of_dagster(outcome: "dg.ExecuteInProcessResult") -> str:
    """Return what Dagster says of a run that failed outside our own steps."""
    failures = [event for event in outcome.all_events if event.is_failure]
    return str(failures[0].message if failures else "Dagster could not run the job.")


def tell_success(refresh: Refresh, seconds: float) -> None:
    """Say what was published, or why nothing had to be."""
    version = refresh.published or refresh.unchanged
    assert version is not None  # else the last step would have failed
    for line in (
        told_unchanged(version, seconds)
        if refresh.unchanged
        else told(refresh.home.current, version, seconds)
    ):
        refresh.progress.tell(line)
    refresh.progress.tell(f"{'log':<18} {refresh.log.file}")


def tell_failure(error: Exception, refresh: Refresh | None) -> None:
    """Say why nothing was published, on the stream for errors."""
    lines = ["", "Not refreshed.", failure_told(error)]
    if refresh is not None:
        lines += ["", what_readers_see(refresh), f"Log: {refresh.log.file}"]
        # a full disk is swept at once
        if refresh.dbt_run is not None and refresh.home.building.exists():
            lines.append(f"Until the next refresh: {refresh.home.building}")
    sys.stdout.flush()
    print(shown_lines("\n".join(lines)), file=sys.stderr)


def what_readers_see(refresh: Refresh) -> str:
    """Say which version is published now."""
    current = refresh.home.current_id
    if current is None:
        return "Nothing was published, and nothing had been before."
    return f"Readers see version {current}."
