"""The nightly job, its days and its schedule.

The job is partitioned by day, the assets are not. A version holds all of history as of
its day, so a table has no part that belongs to a day; days on 300 assets would show as
many false gaps, and one partitioned asset among plain ones makes a backfill in the UI
start that asset alone. As it is, a day is a run of the whole job, a run without a day
takes the data's own last one, and the page of the job shows which days were built.
"""

from typing import TypeAlias

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from orchestration.refresh.days import day_before
from orchestration.settings.settings import Settings

NIGHTLY_REFRESH = "nightly_refresh"
OWNER = "team:data-platform"
# before the days of a backfill that Dagster has queued
AHEAD = {"dagster/priority": "10"}

NightlyJob: TypeAlias = UnresolvedAssetJobDefinition


def days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the days for which a refresh can be asked: those that are over."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_day.isoformat(),
        timezone=settings.business_timezone,
    )


def nightly_job(settings: Settings) -> NightlyJob:
    """Return the job that takes every step of a refresh."""
    return dg.define_asset_job(
        NIGHTLY_REFRESH,
        selection=dg.AssetSelection.all(),
        description="Land, check, build, check, publish. A partition is an as-of day.",
        # the job's own days: its parameter partitions_def needs partitioned assets
        config=dg.PartitionedConfig(days(settings), lambda day: {}),
    )


def nightly_schedule(settings: Settings, job: NightlyJob) -> dg.ScheduleDefinition:
    """Return the schedule: every night, of the day that is over by then."""
    at, zone = settings.nightly_at, settings.business_timezone

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every night at {at:%H:%M} ({zone}), as of the day before.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = day_before(context.scheduled_execution_time, zone).isoformat()
        return dg.RunRequest(run_key=day, partition_key=day, tags=AHEAD)

    return nightly
