"""What Dagster watches between nights: new files, failed runs, and the age of things.

Belongs here: sensors. When files are new, versions stale and failures told is decided
in `landing`, `store` and `refresh`; alerts go where `alerts` sends them, and nowhere
without configuration.
"""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from orchestration.alerts.operators import alert_operators, has_channels
from orchestration.defs.nightly import AHEAD, NightlyJob
from orchestration.defs.running import (
    COMMAND,
    PARTITION,
    REFRESH_ID,
    RUNS_OF_COMMANDS,
    STARTED_BY,
    end_lost_runs,
)
from orchestration.landing.arrivals import signature, unknown_files
from orchestration.landing.contract import Contract
from orchestration.refresh.days import day_before
from orchestration.refresh.errors import FOR_A_PERSON
from orchestration.settings.settings import Settings
from orchestration.store.freshness import why_stale
from orchestration.store.versions import (
    AnotherRefreshRuns,
    DiskFull,
    Home,
)
from orchestration.text.masking import without_values

LOOK_SECONDS = 60
AGE_SECONDS = 600
# somebody who was told today knows
TELL_AGAIN = timedelta(hours=24)
# the modules before the name of an error
MODULE = re.compile(r"^(?:\w+\.)+(?=\w+: )")
NAMES_FOR_A_PERSON = {
    kind.__name__ for kind in (*FOR_A_PERSON, AnotherRefreshRuns, DiskFull)
}
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def landing_sensor(
    settings: Settings, contract: Contract, job: NightlyJob
) -> dg.SensorDefinition:
    """Return the sensor that starts a refresh when new files have stopped growing."""
    on, off = dg.DefaultSensorStatus.RUNNING, dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="landed_files",
        job=job,
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=on if settings.refresh_on_landing else off,
        description=(
            "Starts a refresh, as of the day before, once two looks find the same new "
            "files with the same sizes and times of change."
        ),
    )
    def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        unfinished = dg.RunsFilter(job_name=job.name, statuses=UNFINISHED)
        if context.instance.get_runs_count(unfinished):
            return _later("a refresh is at work", context.cursor)
        home = Home(settings.home)
        state = home.state_of(home.current_id) if home.current_id else None
        files = unknown_files(settings.landing, contract, state, settings.reading_rules)
        seen = json.loads(context.cursor or "{}")
        look = signature(files)
        if not files or look == seen.get("asked"):
            # what a refresh refused is not asked for again until it changes
            return _later("no new files", json.dumps({**seen, "seen": None}))
        if look != seen.get("seen"):
            waiting = json.dumps({**seen, "seen": look})
            return _later(f"{len(files)} new files, perhaps still growing", waiting)
        day = day_before(datetime.now(UTC), settings.business_timezone).isoformat()
        return dg.SensorResult(
            run_requests=[dg.RunRequest(partition_key=day, tags=AHEAD)],
            cursor=json.dumps({"asked": look, "seen": None}),
        )

    return landed_files


def staleness_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that alerts when what readers see has become too old."""

    @dg.sensor(
        name="published_version_age",
        minimum_interval_seconds=AGE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            f"Alerts, once a day, while the published version is older than "
            f"{settings.stale_after_hours} h; clears runs of commands that were killed."
        ),
    )
    def published_version_age(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = datetime.now(UTC)
        allowed = timedelta(hours=settings.stale_after_hours)
        home = Home(settings.home)
        if context.instance.get_runs_count(RUNS_OF_COMMANDS):
            with suppress(AnotherRefreshRuns), home.lock():
                end_lost_runs(context.instance, RUNS_OF_COMMANDS)
        why = why_stale(home, now, allowed)
        if why is None:
            return _later("fresh", cursor="")
        if context.cursor and now - _instant(context.cursor) < TELL_AGAIN:
            return _later(f"told before: {why}", context.cursor)
        # one that nobody took is sent again at the next look
        sent = alert_operators("The published version is stale", why)
        return _later(why, now.isoformat() if sent or not has_channels() else "")

    return published_version_age


def failure_sensor() -> dg.SensorDefinition:
    """Return the sensor that alerts when a run failed for good."""

    @dg.run_failure_sensor(
        name="failed_refresh",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Alerts when a refresh that Dagster started failed for good.",
    )
    def failed_refresh(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        tags = context.dagster_run.tags
        if tags.get(STARTED_BY) == COMMAND[STARTED_BY]:
            return dg.SkipReason("the command alerted by itself")
        if tags.get("dagster/will_retry") == "true":
            return dg.SkipReason("it will be tried again")
        step, message = failure_of_run(context)
        alert_operators(
            f"Refresh failed{_of_day(tags.get(PARTITION))}",
            f"{message}\n\nDagster's run: {context.dagster_run.run_id}",
            refresh_id=tags.get(REFRESH_ID),
            step=step,
        )
        return dg.SkipReason("alerted")

    return failed_refresh


def failure_of_run(context: dg.RunFailureSensorContext) -> tuple[str | None, str]:
    """Return the step that failed, and what its error says without values of rows."""
    events: Sequence[dg.DagsterEvent] = context.get_step_failure_events()
    for event in events:
        if event.step_failure_data.error is not None:
            return event.step_key, told_error(event.step_failure_data.error)
    # a run may fail before its first step: a setting, a lock, a disk
    failure = context.failure_event.job_failure_data
    if failure.error is not None:
        return None, told_error(failure.error)
    return None, without_values(context.failure_event.message or "no reason given")


def told_error(error: SerializableErrorInfo) -> str:
    """Return what `make refresh` would say of an error that Dagster kept."""
    while error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    message = MODULE.sub("", error.message).strip()
    if error.cls_name in NAMES_FOR_A_PERSON:
        return message.removeprefix(f"{error.cls_name}: ")
    return without_values(message)


def _of_day(day: str | None) -> str:
    return f" as of {day}" if day else ""


def _later(why: str, cursor: str | None) -> dg.SensorResult:
    return dg.SensorResult(skip_reason=dg.SkipReason(why), cursor=cursor)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
