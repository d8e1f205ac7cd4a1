"""`make nightly`: the refresh of a night where no Dagster daemon runs (cron, systemd).

The same as the schedule `nightly`: of the day before in the business time zone, with
further attempts for what may pass, and an alert when the last one failed.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime

from orchestration.commands.refresh import (
    OnOpen,
    alert_of_failure,
    refresh_once,
    run_job,
    stoppable,
)
from orchestration.refresh.days import day_before
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.refresh.retrying import MAX_RETRIES, can_pass, seconds_before
from orchestration.settings.settings import LOCK_WAIT_SECONDS, Settings


def main() -> int:
    """Refresh the day before as a command; return the exit status of the last try."""
    return stoppable(nightly)


def nightly(progress: Progress, on_open: OnOpen) -> int:
    """Refresh until it succeeds, cannot succeed, or was tried often enough."""
    for attempt in range(1 + MAX_RETRIES):
        time.sleep(seconds_before(attempt))
        failures: list[tuple[Exception, Refresh | None]] = []
        status = refresh_once(
            progress,
            run_job,
            on_open,
            read_settings=settings_of_night,
            on_failure=lambda *failure, noted=failures: noted.append(failure),
        )
        if status == 0:
            return 0
        error, refresh = failures[0]
        if not can_pass(error) or attempt == MAX_RETRIES:
            break
        minutes = seconds_before(attempt + 1) / 60
        progress.tell(f"This may pass: trying again in {minutes:.0f} min.")
    alert_of_failure(error, refresh)
    return status


def settings_of_night() -> Settings:
    """Return the settings of the schedule's runs; a day that is set stays."""
    settings = Settings.from_environment()
    day = settings.as_of_date or day_before(
        datetime.now(UTC), settings.business_timezone
    )
    return replace(
        settings,
        as_of_date=day,
        never_back=settings.as_of_date is None,
        lock_wait_seconds=max(settings.lock_wait_seconds, LOCK_WAIT_SECONDS),
    )
