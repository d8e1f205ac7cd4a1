"""Backfills: which days are built, what readers see, what a person is told."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.commands import backfill
from orchestration.commands.app import main
from orchestration.landing.contract import CONTRACT_FILE, read_contract
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
from orchestration.refresh.manifest import settings_checksum
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.settings import Settings
from orchestration.store.versions import DiskFull, Home, Version
from tests.unit.test_alerting import webhook

INPUTS = MadeFrom("inputs", "code", "settings")
JUNE = list(days_between(date(2025, 6, 1), date(2025, 6, 3)))


def made(day: str, **other: str) -> dict[str, Any]:
    record = {"outcome": "published", "as_of_date": day, "version": f"of {day}"}
    return {**record, **vars(INPUTS), **other}


def publish(home: Home, day: str, *, is_current: bool) -> Version:
    candidate = home.begin(home.next_id(datetime(2026, 1, 1, tzinfo=UTC)))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text("x" * 1000)
    facts = {**made(day), "is_aside": not is_current}
    return home.publish(candidate, facts, is_current=is_current)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def test_days_made_from_the_same_are_done() -> None:
    records = [
        made("2025-06-01"),
        made("2025-06-02", inputs_checksum="other"),
        made("2025-06-03", code_version="other"),
        made("2025-06-04", settings_checksum="other"),
        made("2025-06-05", outcome="failed"),
    ]
    assert published_days(records, [], INPUTS) == {date(2025, 6, 1): "of 2025-06-01"}
    assert published_days(records, [], None) == {}


def test_a_version_that_the_journal_missed_is_done(home: Home) -> None:
    version = publish(home, "2025-06-07", is_current=True)
    records = [made("2025-06-07", outcome="killed")]
    done = published_days(records, home.versions(), INPUTS)
    assert done == {date(2025, 6, 7): version.id}
    assert "no longer" not in told_before(version.id, home.versions())
    assert "AGAIN=1" in told_before("gone", home.versions())


def test_after_a_rollback_what_is_current_counts(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = publish(home, "2025-06-30", is_current=True)
    bad = publish(home, "2025-06-30", is_current=True)
    home.rollback()
    known = "orchestration.refresh.backfilling.unknown_files"
    monkeypatch.setattr(known, lambda landing, contract, state, rules: [])
    monkeypatch.setattr(
        "orchestration.refresh.backfilling._inputs_checksum",
        lambda state: state.parent.name,
    )
    settings = Settings(tmp_path, home.path, tmp_path)
    contract = read_contract(settings.project_dir / CONTRACT_FILE)
    made = made_from_now(settings, contract, home)
    assert made is not None
    assert made.inputs_checksum == good.id

    # the folder holds what only the newest version knows
    monkeypatch.setattr(
        known,
        lambda landing, contract, state, rules: [] if bad.id in str(state) else [1],
    )
    made = made_from_now(settings, contract, home)
    assert made is not None
    assert made.inputs_checksum == bad.id


def test_a_run_that_dagster_has_queued_is_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with dg.instance_for_test() as instance:
        assert backfill._pause_seconds() == backfill.PAUSE_SECONDS
        monkeypatch.setattr(type(instance), "get_runs_count", lambda *_: 1)
        assert backfill._pause_seconds() == backfill.QUEUE_PAUSE_SECONDS


def test_another_key_is_another_setting() -> None:
    one, other = (
        Settings(Path(), Path(), Path(), secret_key_check=check) for check in "ab"
    )
    assert settings_checksum(one) != settings_checksum(other)


def test_readers_keep_what_they_see_while_a_past_day_is_published(home: Home) -> None:
    seen = publish(home, "2025-06-30", is_current=True)
    aside = publish(home, "2025-06-01", is_current=False)
    assert home.current_id == seen.id
    assert [v.id for v in home.versions()] == [seen.id, aside.id]
    home.sweep()
    assert [v.id for v in home.versions()] == [seen.id, aside.id]
    assert home.rollback(aside.id).is_current is False
    assert home.current_id == aside.id


def test_past_days_push_nothing_out(home: Home) -> None:
    nights = [publish(home, f"2025-07-0{n}", is_current=True).id for n in (1, 2, 3)]
    past = [publish(home, f"2025-06-0{n}", is_current=False).id for n in (1, 2, 3, 4)]
    later = datetime.now(UTC) + timedelta(days=1)
    dropped = home.drop_old(2, timedelta(0), later, keep_aside=3)
    assert dropped == [nights[0], past[0]]


def test_a_disk_that_is_too_small_is_told_before(home: Home) -> None:
    require_space(home, 10**12, 10**12)
    publish(home, "2025-06-30", is_current=True)
    require_space(home, 30, 31)
    require_space(home, 10**12, 31)
    with pytest.raises(DiskFull, match="CUSTOMER360_KEEP_BACKFILLED"):
        require_space(home, 10**12, 10**12)


def test_the_end_counts_every_day() -> None:
    outcomes = [
        Outcome(date(2025, 6, 1), "published", ""),
        Outcome(date(2025, 6, 2), "before", ""),
        Outcome(date(2025, 6, 3), "failed", ""),
    ]
    first, second = told_end(outcomes, 5)
    assert first == "5 days: 1 published, 1 had been before, 1 failed, 2 not begun."
    assert "2025-06-03" in second


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[date | None]:
    """The days that the command builds; 2025-06-02 fails."""
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(backfill, "_pause_seconds", lambda: 0)
    days: list[date | None] = []

    def run(refresh: Refresh) -> None:
        days.append(refresh.settings.as_of_date)
        assert refresh.settings.never_back
        if refresh.settings.as_of_date == date(2025, 6, 2):
            raise OSError("the disk is gone")

    monkeypatch.setattr(backfill, "run_job", run)
    monkeypatch.setattr(backfill, "_told", lambda refresh: "published")
    return days


def run(*arguments: str) -> int:
    given = ["--from", "2025-06-01", "--to", "2025-06-03", *arguments]
    return main(["backfill", *given])


def test_a_failed_day_is_told_and_the_rest_goes_on(
    built: list[date | None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with webhook() as hook:
        monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", hook.url)
        assert run() == 1
    assert built == JUNE
    said = capsys.readouterr().out
    assert "[2/3] 2025-06-02  FAILED: OSError: the disk is gone" in said
    assert "3 days: 2 published, 0 had been before, 1 failed." in said
    ((_, body),) = hook.posted
    assert json.loads(body)["title"] == "Backfill failed"


def test_a_flag_stops_at_a_failed_day(
    built: list[date | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--stop") == 1
    assert built == JUNE[:2]
    assert "1 not begun" in capsys.readouterr().out


def test_what_is_done_is_built_again_only_when_asked(
    built: list[date | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = {date(2025, 6, 1): "a", date(2025, 6, 2): "b"}
    monkeypatch.setattr(backfill, "published_days", lambda *_: done)
    assert run() == 0
    assert built == JUNE[2:]
    assert run("--again") == 1
    assert built == [*JUNE[2:], *JUNE]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2025-06-03", "--to", "2025-06-01"], "lies before"),
        (["--from", "yesterday"], "expected one as 2025-06-01"),
        (["--to", "2025-06-01"], "Missing option '--from'"),
    ],
)
def test_a_range_that_is_none_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backfill", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_range_that_has_not_come_builds_nothing(
    built: list[date | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backfill", "--from", "2025-06-01", "--to", "2999-01-01"]) == 1
    assert built == []
    assert "a day that has not come" in capsys.readouterr().err


def test_a_brief_progress_leaves_no_line_of_a_step() -> None:
    stream = io.StringIO()
    progress = Progress(stream, brief=True)
    with progress.step("dbt", "4/6 dbt"):
        pass
    assert stream.getvalue() == ""
    assert "dbt" in progress.seconds


def test_only_an_earlier_day_lies_beside_what_readers_see(home: Home) -> None:
    publish(home, "2025-06-15", is_current=True)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    shown = {}
    for never_back in (True, False):
        settings = Settings(home.path, home.path, home.path, never_back=never_back)
        refresh = Refresh(settings, home, Progress(io.StringIO()), now)
        for day in ("2025-06-14", "2025-06-15", "2025-06-16"):
            facts = {"as_of_date": day}
            shown[never_back, day] = refresh._is_for_readers(facts)
    assert [day for day, is_shown in shown.items() if not is_shown] == [
        (True, "2025-06-14")
    ]
