"""Nights without anybody: days, attempts, ages, new files."""

import io
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.commands import nightly
from orchestration.commands.app import main as cli
from orchestration.commands.nightly import settings_of_night
from orchestration.dbt.dbt_runner import DbtFailed, DbtRun
from orchestration.defs.running import (
    PARTITION,
    RETRIES,
    retry_tags,
    settings_of_run,
)
from orchestration.landing import raw
from orchestration.landing.arrivals import signature, unknown_files
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.landing.report import LandingChangedError, LandingError
from orchestration.quality.doors import DoorClosed
from orchestration.refresh.days import day_before, offered_day
from orchestration.refresh.errors import DatabaseFailed
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.refresh.retrying import can_pass, seconds_before
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import LOCK_WAIT_SECONDS, Settings
from orchestration.settings.values import PROJECT_DIR
from orchestration.store.freshness import why_stale
from orchestration.store.journal import JOURNAL, Journal, RefreshRecord
from orchestration.store.versions import AnotherRefreshRuns, DiskFull, Home
from tests.unit.test_alerting import webhook

NOTHING_RAN = DbtRun((), 0.0)


def publish(home: Home, observed_until_at: str) -> str:
    home.create()
    candidate = home.begin(home.next_id(datetime(2026, 1, 1, tzinfo=UTC)))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text("")
    facts = {"as_of_date": "2026-01-01", "observed_until_at": observed_until_at}
    return home.publish(candidate, facts).id


# days


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        ("2026-03-02T01:00+00:00", "UTC", date(2026, 3, 1)),
        # at 02:00 of a night in Shanghai it is still the evening before in UTC
        ("2026-03-01T18:00+00:00", "Asia/Shanghai", date(2026, 3, 1)),
        ("2026-03-02T01:00+00:00", "America/New_York", date(2026, 2, 28)),
        # the night in which clocks go forward
        ("2026-03-29T01:00+00:00", "Europe/Berlin", date(2026, 3, 28)),
    ],
)
def test_a_night_is_of_the_day_that_is_over(now: str, zone: str, day: date) -> None:
    assert day_before(datetime.fromisoformat(now), zone) == day


def test_dagster_offers_days_that_are_over() -> None:
    settings = Settings(Path(), Path(), Path(), first_day=date(2025, 1, 1))
    now = datetime(2025, 6, 10, 12, tzinfo=UTC)
    assert offered_day(date(2025, 6, 9), settings, now) == "2025-06-09"
    assert offered_day(date(2025, 1, 1), settings, now) == "2025-01-01"
    for day in (None, date(2025, 6, 10), date(2024, 12, 31)):
        assert offered_day(day, settings, now) is None


def test_the_partition_of_a_run_is_its_day() -> None:
    settings = Settings(Path(), Path(), Path(), as_of_date=date(2025, 1, 1))
    run = settings_of_run(settings, {PARTITION: "2025-06-09"})
    assert (run.as_of_date, run.never_back) == (date(2025, 6, 9), True)
    assert settings_of_run(settings, {}).as_of_date == date(2025, 1, 1)
    assert run.lock_wait_seconds > settings.lock_wait_seconds


# attempts


@pytest.mark.parametrize(
    ("error", "is_passing"),
    [
        (AnotherRefreshRuns("at work"), True),
        (DiskFull("64 MB free"), True),
        (OSError(28, "No space left on device"), True),
        (LandingChangedError(["orders.csv changed"]), True),
        (DatabaseFailed("IO Error: No space left on device"), True),
        (DbtFailed("IO Error: No space left on device", NOTHING_RAN), True),
        (LandingError(["no column"]), False),
        (DoorClosed("landing", []), False),
        (DbtFailed("1 of 3 nodes failed", NOTHING_RAN), False),
        (SettingsError("no time zone"), False),
        (ValueError("a fault of ours"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    error: BaseException, is_passing: bool
) -> None:
    assert can_pass(error) == is_passing
    assert (retry_tags(error)[RETRIES] != "0") == is_passing


def test_each_attempt_waits_longer() -> None:
    waits = [seconds_before(attempt) for attempt in range(5)]
    assert waits == [0, 60, 300, 1200, 1200]


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A home for a night whose waits are only noted."""
    for name in [name for name in os.environ if name.startswith("CUSTOMER360_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    waited: list[float] = []
    monkeypatch.setattr("orchestration.commands.nightly.time.sleep", waited.append)
    return waited


def fail_with(errors: list[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each attempt end with the next of these errors, then with success."""

    def run(refresh: Refresh) -> None:
        if errors:
            raise errors.pop(0)

    monkeypatch.setattr("orchestration.commands.nightly.run_job", run)
    monkeypatch.setattr("orchestration.commands.refresh.tell_success", lambda *_: None)


def test_a_night_goes_on_when_what_stood_in_its_way_passed(
    night: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with([OSError(5, "input/output error"), OSError(28, "full")], monkeypatch)
    with webhook() as hook:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        assert nightly.nightly(Progress(io.StringIO()), lambda refresh: None) == 0
    assert night == [0, 60, 300]
    assert hook.posted == [], "nobody is woken for what passed"


@pytest.mark.parametrize(
    ("error", "attempts"), [(DoorClosed("landing", []), 1), (OSError(28, "full"), 4)]
)
def test_a_night_that_failed_alerts_once(
    night: list[float],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    attempts: int,
) -> None:
    fail_with([error] * 9, monkeypatch)
    with webhook() as hook:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        assert nightly.nightly(Progress(io.StringIO()), lambda refresh: None) == 1
    assert len(night) == attempts
    ((_, body),) = hook.posted
    assert json.loads(body)["title"] == "Refresh failed"


# ages


def test_a_version_becomes_stale(tmp_path: Path) -> None:
    home = Home(tmp_path)
    now, allowed = datetime(2026, 1, 3, 12, tzinfo=UTC), timedelta(hours=30)
    assert "Nothing has been published" in str(why_stale(home, now, allowed))
    version = publish(home, "2026-01-02T06:00:00Z")
    assert why_stale(home, now, allowed) is None
    why = str(why_stale(home, now + timedelta(seconds=1), allowed))
    assert version in why
    assert "30 h are allowed" in why


def test_a_look_that_found_nothing_new_keeps_a_version_fresh(tmp_path: Path) -> None:
    home = Home(tmp_path)
    now, allowed = datetime(2026, 1, 3, 12, tzinfo=UTC), timedelta(hours=3)
    version = publish(home, "2026-01-02T06:00:00Z")
    for found, observed in ((version, 10), ("another", 11)):
        at = datetime(2026, 1, 3, observed)
        record = RefreshRecord(f"look {observed}", at, at, version=found)
        Journal(home.logs / JOURNAL).note(replace(record, outcome="unchanged"))
    assert why_stale(home, now, allowed) is None
    assert "2 h old" in str(why_stale(home, now, timedelta(hours=1)))


def test_a_night_waits_for_its_turn_and_leads_nobody_back(
    night: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of_night()
    assert settings.never_back
    assert settings.lock_wait_seconds == LOCK_WAIT_SECONDS
    monkeypatch.setenv("CUSTOMER360_AS_OF_DATE", "2025-06-01")
    assert not settings_of_night().never_back


def test_check_freshness_says_it_by_its_status(
    night: list[float],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = Home(tmp_path / "home")
    with webhook() as hook:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        assert cli(["check-freshness"]) == 1
        publish(home, "2026-01-02T06:00:00Z")
        assert cli(["check-freshness"]) == 1
        monkeypatch.setenv("CUSTOMER360_STALE_AFTER_HOURS", "1000000")
        assert cli(["check-freshness"]) == 0
        (home.current).unlink()
        home.current.symlink_to("versions/gone")
        assert cli(["check-freshness"]) == 1
    assert "old." in capsys.readouterr().out
    titles = [json.loads(body)["title"] for _, body in hook.posted]
    assert titles == ["The published version is stale"] * 3


# new files


def test_new_and_changed_files_are_unknown_until_they_landed(tmp_path: Path) -> None:
    contract = read_contract(PROJECT_DIR / CONTRACT_FILE)
    landing, state = tmp_path / "landing", tmp_path / "state.duckdb"
    assert unknown_files(landing, contract, None) == []
    (landing / "orders").mkdir(parents=True)
    (landing / "orders" / "a.csv").write_text("order_id\n1\n")
    (landing / "orders" / "b.csv").write_text("order_id\n2\n")
    first, second = unknown_files(landing, contract, None)
    with duckdb.connect(str(state)) as connection:
        raw.ensure_tables(connection, contract)
        connection.execute(
            "insert into raw.landing_files by name select ? as file_path,"
            " ? as byte_count, ? as modified_at_ns, ? as changed_at_ns, ? as inode,"
            " ? as read_as, true as is_current",
            [first.file_path, *first.look],
        )
    assert unknown_files(landing, contract, state) == [second]
    before = signature([second])
    assert before == signature(unknown_files(landing, contract, state))
    (landing / "orders" / "b.csv").write_text("order_id\n2\n3\n")
    assert before != signature(unknown_files(landing, contract, state))
