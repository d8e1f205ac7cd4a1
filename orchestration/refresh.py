"""`make refresh`: the nightly job in one process, told to a person.

Opens the refresh (settings, lock), runs the Dagster job with it, and says what was
published, or why nothing was. The work itself is in `lib.refreshing`.
"""

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestration.lib.contract import ContractError
from orchestration.lib.dbt_runner import DbtFailed
from orchestration.lib.landing import LandingError
from orchestration.lib.masking import without_values
from orchestration.lib.progress import Progress
from orchestration.lib.quality import DoorClosed, NoOrderAccepted
from orchestration.lib.refreshing import Refresh, opened_refresh
from orchestration.lib.summary import told
from orchestration.lib.versions import HomeError
from orchestration.resources import Settings, SettingsError, prepare_dagster

if TYPE_CHECKING:
    import dagster as dg

# what a person can act upon; anything else is a fault of ours
FOR_A_PERSON = (
    SettingsError,
    HomeError,
    ContractError,
    LandingError,
    DoorClosed,
    DbtFailed,
    NoOrderAccepted,
)


def main() -> int:
    """Refresh once as a command; return the exit status.

    The refresh has a thread of its own, so that this one is free to answer SIGINT and
    SIGTERM at once: neither Dagster, dbt nor a long query can hold them up.
    """
    progress = Progress(sys.stdout)
    opened: list[Refresh] = []
    ended: list[int] = []

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
        target=lambda: ended.append(refresh_once(progress, run_job, opened.append)),
        daemon=True,
    )
    worker.start()
    worker.join()
    return ended[0] if ended else 1


def refresh_once(
    progress: Progress,
    run: Callable[[Refresh], None],
    on_open: Callable[[Refresh], None] = lambda refresh: None,
) -> int:
    """Open a refresh, let `run` take its steps, tell the end; return the exit status.

    `on_open` is given the refresh before its first step.
    """
    started = time.monotonic()
    refresh: Refresh | None = None
    try:
        settings = Settings.from_environment()
        progress.tell(f"Refreshing {settings.home} from {settings.landing}")
        with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
            on_open(refresh)
            run(refresh)
    except Exception as error:
        tell_failure(error, refresh)
        return 1
    tell_success(refresh, time.monotonic() - started)
    return 0


def run_job(refresh: Refresh) -> None:
    """Run the job nightly_refresh with this refresh; raise what its step raised."""
    refresh.progress.update("starting Dagster")
    warnings.simplefilter("ignore")
    import dagster as dg

    from orchestration.definitions import NIGHTLY_REFRESH, defs

    prepare_dagster(refresh.home.dagster)
    with dg.DagsterInstance.get() as instance:
        end_lost_runs(instance)
        outcome = defs.resolve_job_def(NIGHTLY_REFRESH).execute_in_process(
            instance=instance,
            resources={"refresh": dg.ResourceDefinition.hardcoded_resource(refresh)},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    if refresh.failure is not None:
        raise refresh.failure
    if not outcome.success:
        raise RuntimeError(failure_of_dagster(outcome))


def end_lost_runs(instance: "dg.DagsterInstance") -> None:
    """Mark runs as failed that were killed; the lock says that none is alive."""
    import dagster as dg

    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(running):
        instance.report_run_failed(run, "The process that ran it is gone.")


def failure_of_dagster(outcome: "dg.ExecuteInProcessResult") -> str:
    """Return what Dagster says of a run that failed outside our own steps."""
    failures = [event for event in outcome.all_events if event.is_failure]
    return str(failures[0].message if failures else "Dagster could not run the job.")


def tell_success(refresh: Refresh, seconds: float) -> None:
    """Say what was published."""
    assert refresh.published is not None  # else the last step would have failed
    for line in told(refresh.home.current, refresh.published, seconds):
        refresh.progress.tell(line)
    refresh.progress.tell(f"{'log':<18} {refresh.log.file}")


def tell_failure(error: Exception, refresh: Refresh | None) -> None:
    """Say why nothing was published, on the stream for errors."""
    message = str(error)
    if not isinstance(error, FOR_A_PERSON):
        message = f"{type(error).__name__}: {without_values(message)}"
    lines = ["", "Not refreshed.", message]
    if refresh is not None:
        lines += ["", what_readers_see(refresh), f"Log: {refresh.log.file}"]
        if refresh.dbt_run is not None:
            lines.append(f"Until the next refresh: {refresh.home.building}")
    sys.stdout.flush()
    print("\n".join(lines), file=sys.stderr)


def what_readers_see(refresh: Refresh) -> str:
    """Say which version is published now."""
    current = refresh.home.current_id
    if current is None:
        return "Nothing was published, and nothing had been before."
    return f"Readers see version {current}."


if __name__ == "__main__":
    sys.exit(main())
