"""The refresh at work as a Dagster resource: how its state passes between steps.

`make refresh` hands in the refresh that it opened; a run that Dagster starts (UI,
schedule, sensor, backfill) opens its own from the environment and the tags of the run.
Such a run also says, when it fails, whether trying again makes sense.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeAlias

import dagster as dg

from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.refresh.retrying import MAX_RETRIES, can_pass, seconds_before
from orchestration.settings.settings import LOCK_WAIT_SECONDS, Settings

RefreshResource: TypeAlias = dg.ResourceParam[Refresh]

# Dagster's own names
PARTITION = "dagster/partition"
RETRY_NUMBER, RETRIES = "dagster/retry_number", "dagster/max_retries"
RETRY_FAILED_STEPS = "dagster/retry_on_asset_or_op_failure"
# The steps of a refresh share one candidate: there is no going on from the middle.
# Noted by the run itself, since a backfill passes no tags of the job on.
RETRY_WHOLE = {"dagster/retry_strategy": "ALL_STEPS"}

# on the run of a command, which Dagster did not start and cannot start again
STARTED_BY = "customer360/started_by"
REFRESH_ID = "customer360/refresh_id"
COMMAND = {STARTED_BY: "command", RETRIES: "0"}

# a run that is at work, as Dagster knows it, and such a one of a command
AT_WORK = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
RUNS = dg.RunsFilter(statuses=AT_WORK)
RUNS_OF_COMMANDS = dg.RunsFilter(
    statuses=AT_WORK, tags={STARTED_BY: COMMAND[STARTED_BY]}
)


@dg.resource(description="One refresh, from its lock to its end.")
@contextmanager
def refresh_of_environment(context: dg.InitResourceContext) -> Iterator[Refresh]:
    """Open a refresh for a run that Dagster started itself."""
    run = context.dagster_run
    tags = run.tags if run else {}

    def note(noted: Mapping[str, str]) -> None:
        if run is not None and context.instance is not None:
            context.instance.add_run_tags(run.run_id, noted)

    note(RETRY_WHOLE)
    time.sleep(seconds_before(int(tags.get(RETRY_NUMBER, 0))))
    failure: BaseException | None = None
    try:
        settings = settings_of_run(Settings.from_environment(), tags)
        progress = Progress(sys.stderr)
        with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
            note({REFRESH_ID: refresh.id})
            yield refresh
            failure = refresh.failure
    except Exception as error:
        failure = error
        raise
    finally:
        if failure is not None:
            note(retry_tags(failure))


def settings_of_run(settings: Settings, tags: Mapping[str, str]) -> Settings:
    """Return the settings of a run: its partition is the day, without one the data's.

    A setting of the environment counts where the run has no partition.
    """
    day = tags.get(PARTITION)
    return replace(
        settings,
        as_of_date=date.fromisoformat(day) if day else settings.as_of_date,
        never_back=True,
        lock_wait_seconds=max(settings.lock_wait_seconds, LOCK_WAIT_SECONDS),
    )


def retry_tags(failure: BaseException) -> dict[str, str]:
    """Return the tags by which Dagster runs a failed run again, or never."""
    if can_pass(failure):
        return {RETRIES: str(MAX_RETRIES), RETRY_FAILED_STEPS: "true"}
    return {RETRIES: "0", RETRY_FAILED_STEPS: "false"}


def end_lost_runs(instance: dg.DagsterInstance, runs: dg.RunsFilter) -> None:
    """Mark runs as failed whose processes are gone, so that others may begin.

    While nobody holds the lock of the home no command is at work; what Dagster started
    may be waiting for it, and is gone for sure only when its daemon starts.
    """
    for run in instance.get_runs(runs):
        instance.report_run_failed(run, "The process that ran it is gone.")
