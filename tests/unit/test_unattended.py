"""What Dagster does without anybody: days, schedule, sensors, what assets say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.defs.nightly import NIGHTLY_REFRESH, nightly_job, nightly_schedule
from orchestration.defs.running import (
    COMMAND,
    RUNS,
    end_lost_runs,
    refresh_of_environment,
)
from orchestration.defs.watching import (
    failure_of_run,
    failure_sensor,
    landing_sensor,
    staleness_sensor,
)
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.landing.report import LandingChangedError
from orchestration.quality.doors import DoorClosed
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.dagster_instance import prepare_dagster
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR
from orchestration.store.versions import DiskFull, Home
from tests.unit.test_alerting import webhook
from tests.unit.test_definitions import definitions
from tests.unit.test_nights import publish

__all__ = ["definitions"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTOMER360_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("CUSTOMER360_BUSINESS_TIMEZONE", "Asia/Shanghai")
    return Settings.from_environment()


# days and nights


def test_the_job_has_days_and_runs_without_one(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def(NIGHTLY_REFRESH)
    assert isinstance(job.partitions_def, dg.DailyPartitionsDefinition)
    for key in definitions.resolve_asset_graph().materializable_asset_keys:
        assert definitions.resolve_asset_graph().get(key).partitions_def is None


def test_a_night_asks_for_the_day_before(settings: Settings) -> None:
    schedule = nightly_schedule(settings, nightly_job(settings))
    assert schedule.cron_schedule == "0 2 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    at = datetime.fromisoformat("2026-03-02T02:00+08:00")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance, scheduled_execution_time=at)
        request = schedule(context)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2026-03-01"


def test_the_night_begins_when_the_setting_says() -> None:
    settings = Settings.from_environment({"CUSTOMER360_NIGHTLY_AT": "23:45"})
    schedule = nightly_schedule(settings, nightly_job(settings))
    assert schedule.cron_schedule == "45 23 * * *"
    with pytest.raises(SettingsError, match="NIGHTLY_AT"):
        Settings.from_environment({"CUSTOMER360_NIGHTLY_AT": "25:00"})


# runs that Dagster starts


def run_job_that(
    fails_with: Exception | None, tags: dict[str, str], instance: dg.DagsterInstance
) -> dg.DagsterRun:
    """Run a job whose only step fails as a step of a refresh does."""

    @dg.op
    def step(refresh: dg.ResourceParam[Refresh]) -> None:
        refresh.failure = fails_with
        if fails_with is not None:
            raise fails_with

    @dg.job(resource_defs={"refresh": refresh_of_environment})
    def job() -> None:
        step()

    ended = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    run = instance.get_run_by_id(ended.run_id)
    assert run is not None
    return run


@pytest.mark.parametrize(
    ("error", "is_retried"),
    [
        (LandingChangedError(["orders.csv changed"]), True),
        (OSError(28, "No space left on device"), True),
        (DoorClosed("landing", []), False),
        (ValueError("a fault of ours"), False),
    ],
)
def test_dagster_retries_what_may_pass(
    settings: Settings, tmp_path: Path, error: Exception, is_retried: bool
) -> None:
    (tmp_path / "dagster").mkdir()
    prepare_dagster(tmp_path / "dagster", {})
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as instance:
        run = run_job_that(error, {}, instance)
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert run.tags["dagster/will_retry"] == str(is_retried).lower()
    assert run.tags["dagster/retry_strategy"] == "ALL_STEPS"
    assert run.tags["customer360/refresh_id"]


def test_a_locked_home_at_the_begin_of_a_run_is_retried(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.defs.running.LOCK_WAIT_SECONDS", 0)
    (tmp_path / "dagster").mkdir()
    prepare_dagster(tmp_path / "dagster", {})
    folder = str(tmp_path / "dagster")
    with Home(settings.home).lock(), dg.DagsterInstance.from_config(folder) as instance:
        run = run_job_that(None, {}, instance)
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert run.tags["dagster/will_retry"] == "true"


def test_settings_that_cannot_be_meant_are_not_retried(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMER360_KEEP_VERSIONS", "many")
    (tmp_path / "dagster").mkdir()
    prepare_dagster(tmp_path / "dagster", {})
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as instance:
        run = run_job_that(None, {}, instance)
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert run.tags["dagster/will_retry"] == "false"


def test_a_retry_waits_before_it_asks_for_the_home(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("orchestration.defs.running.time.sleep", waited.append)
    with dg.DagsterInstance.ephemeral() as instance:
        run_job_that(None, {"dagster/retry_number": "2"}, instance)
    assert waited == [300]


# sensors


def looked(
    sensor: dg.SensorDefinition, cursor: str | None, instance: dg.DagsterInstance
) -> dg.SensorResult:
    context = dg.build_sensor_context(instance, cursor=cursor)
    result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_files_that_stopped_growing_start_one_refresh(settings: Settings) -> None:
    contract = read_contract(PROJECT_DIR / CONTRACT_FILE)
    sensor = landing_sensor(settings, contract, nightly_job(settings))
    file = settings.landing / "orders" / "a.csv"
    asked: list[bool] = []
    cursor: str | None = None
    with dg.DagsterInstance.ephemeral() as instance:
        # nothing, new, growing, the same, asked for before (twice), new, the same
        changes = (None, "id\n", "id\n1\n", None, None, None, "id\n1\n2\n", None)
        for text in changes:
            if text is not None:
                file.write_text(text)
            result = looked(sensor, cursor, instance)
            asked.append(bool(result.run_requests))
            cursor = result.cursor
    assert asked == [False, False, False, True, False, False, False, True]


def test_no_refresh_is_started_beside_another(settings: Settings) -> None:
    contract = read_contract(PROJECT_DIR / CONTRACT_FILE)
    sensor = landing_sensor(settings, contract, nightly_job(settings))
    (settings.landing / "orders" / "a.csv").write_text("id\n")
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = looked(sensor, None, instance).cursor
        run = dg.DagsterRun(NIGHTLY_REFRESH, status=dg.DagsterRunStatus.STARTED)
        instance.add_run(run)
        result = looked(sensor, cursor, instance)
    assert not result.run_requests
    assert result.cursor == cursor


def test_a_stale_version_is_told_once_a_day(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = staleness_sensor(settings)
    home = Home(settings.home)
    with webhook() as hook, dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        publish(home, datetime.now(UTC).isoformat())
        cursor = looked(sensor, "", instance).cursor
        assert hook.posted == []
        publish(home, "2026-01-01T02:00:00Z")
        for _ in range(3):
            cursor = looked(sensor, cursor, instance).cursor
        assert len(hook.posted) == 1
        yesterday = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
        looked(sensor, yesterday, instance)
        assert len(hook.posted) == 2


@pytest.mark.parametrize(
    ("tags", "is_told"),
    [
        (
            {
                "dagster/partition": "2026-03-01",
                "customer360/refresh_id": "20260301T020000.000000Z",
            },
            True,
        ),
        ({"dagster/will_retry": "true"}, False),
        ({"customer360/started_by": "command"}, False),
    ],
)
def test_a_run_that_failed_for_good_is_told(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tags: dict[str, str],
    is_told: bool,
) -> None:
    @dg.op
    def landing() -> None:
        raise ValueError("Could not convert string 'anna@example.org'")

    @dg.job(name=NIGHTLY_REFRESH)
    def job() -> None:
        landing()

    sensor = failure_sensor()
    with webhook() as hook, dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        ended = job.execute_in_process(
            instance=instance, tags=tags, raise_on_error=False
        )
        run = instance.get_run_by_id(ended.run_id)
        assert run is not None
        context = dg.build_run_status_sensor_context(
            "failed_refresh", ended.get_run_failure_event(), instance, run
        ).for_run_failure()
        sensor(context)
    assert len(hook.posted) == is_told
    for _, body in hook.posted:
        said = json.loads(body)
        assert said["step"] == "landing"
        assert "2026-03-01" in said["title"]
        assert "Could not convert string" in said["text"]
        assert "anna" not in said["text"]
        assert said["refresh_id"] == "20260301T020000.000000Z"


def failed_run(
    instance: dg.DagsterInstance, error: Exception
) -> tuple[str | None, str]:
    """Let a run fail before its first step; return what is told of it."""

    @dg.resource
    def refresh() -> None:
        raise error

    @dg.op(required_resource_keys={"refresh"})
    def landing() -> None:
        pass

    @dg.job(resource_defs={"refresh": refresh})
    def job() -> None:
        landing()

    ended = job.execute_in_process(instance=instance, raise_on_error=False)
    run = instance.get_run_by_id(ended.run_id)
    assert run is not None
    event = next(e for e in ended.all_events if e.is_job_failure)
    return failure_of_run(
        dg.build_run_status_sensor_context(
            "failed_refresh", event, instance, run
        ).for_run_failure()
    )


def test_a_run_that_failed_before_its_first_step_says_why() -> None:
    disk_full = DiskFull("The disk has 3 MB free, and 139 MB are needed.")
    odd = ValueError("no number: 'anna@example.org'")
    with dg.DagsterInstance.ephemeral() as instance:
        assert failed_run(instance, disk_full) == (None, str(disk_full))
        _, told = failed_run(instance, odd)
    assert told.startswith("ValueError: no number")
    assert "anna" not in told


def test_runs_whose_process_is_gone_hold_up_no_other(settings: Settings) -> None:
    started = dg.DagsterRunStatus.STARTED
    failed = dg.DagsterRunStatus.FAILURE
    with dg.DagsterInstance.ephemeral() as instance:
        of_command = instance.create_run_for_job(a_job, status=started, tags=COMMAND)
        of_dagster = instance.create_run_for_job(a_job, status=started)

        def statuses() -> list[dg.DagsterRunStatus]:
            ids = (of_command.run_id, of_dagster.run_id)
            return [run.status for i in ids if (run := instance.get_run_by_id(i))]

        # a command at work holds the lock
        with Home(settings.home).lock():
            looked(staleness_sensor(settings), "", instance)
        assert statuses() == [started, started]
        looked(staleness_sensor(settings), "", instance)
        assert statuses() == [failed, started]
        end_lost_runs(instance, RUNS)
        assert statuses() == [failed, failed]


@dg.job
def a_job() -> None:
    """Do nothing."""


# assets


def test_every_asset_says_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.group_name != "default", key
        assert node.kinds & {"duckdb", "html"}, key
        assert node.owners, key
    owners = {
        owner for k in graph.materializable_asset_keys for owner in graph.get(k).owners
    }
    assert owners == {"team:data-platform", "team:crm-analytics"}


def test_landing_and_what_is_published_go_stale(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    fresh = {
        key.path[0]
        for key in graph.materializable_asset_keys
        if graph.get(key).freshness_policy
    }
    assert fresh == {"raw", "published_version"}


# the instance


def test_runs_are_kept_in_sqlite(tmp_path: Path) -> None:
    prepare_dagster(tmp_path, {})
    text = yaml.safe_load((tmp_path / "dagster.yaml").read_text())
    assert text["event_log_storage"]["config"]["base_dir"].startswith(str(tmp_path))
    assert text["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert text["run_retries"]["retry_on_asset_or_op_failure"] is False


def test_the_address_of_postgres_is_not_written_down(tmp_path: Path) -> None:
    given = {
        "CUSTOMER360_DAGSTER_POSTGRES_URL": "postgresql+psycopg2://u:open-sesame@db/d"
    }
    with pytest.raises(SettingsError, match="does not name the driver") as no:
        prepare_dagster(tmp_path, {n: a.replace("+", "") for n, a in given.items()})
    assert "open-sesame" not in str(no.value)
    assert not (tmp_path / "dagster.yaml").exists()
    prepare_dagster(tmp_path, given)
    text = (tmp_path / "dagster.yaml").read_text()
    assert "open-sesame" not in text
    assert list(yaml.safe_load(text)["storage"]) == ["postgres"]
    assert "event_log_storage" not in text
