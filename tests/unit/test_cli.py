"""`make versions` and `make rollback`: what a person reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.commands.app import main
from orchestration.store.journal import JOURNAL, Journal, RefreshRecord
from orchestration.store.versions import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def publish(home: Home, day: int) -> str:
    home.create()
    candidate = home.begin(home.next_id(datetime(2026, 1, day, tzinfo=UTC)))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text(str(day))
    manifest = {
        "as_of_date": f"2026-01-0{day}",
        "is_restated": day == 2,
        "reconciled_rows": {"landed": 1000 * day},
        "rows": {"marts.fct_orders": 900 * day, "marts.dim_customers": 7},
        "seconds": {"landing": 0.5 * day, "dbt": 10.0},
    }
    return home.publish(candidate, manifest).id


def test_nothing_is_published_yet(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["versions"]) == 0
    assert "Nothing is published" in capsys.readouterr().out
    assert not home.path.exists(), "looking makes nothing"


def test_versions_are_listed_with_the_current_one_marked(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = publish(home, 1), publish(home, 2)
    assert main(["versions"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"   {first}  as of 2026-01-01  published in 10.5 s  0 MB"
        "  1,000 rows landed, 907 published",
        f"-> {second}  as of 2026-01-02, restated  published in 11.0 s  0 MB"
        "  2,000 rows landed, 1,807 published",
    ]


def test_refreshes_that_published_nothing_stand_between(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    first = publish(home, 1)
    second = publish(home, 4)
    journal = Journal(home.logs / JOURNAL)
    for day, outcome, step in ((2, "failed", "dbt"), (3, "unchanged", None)):
        began = datetime(2026, 1, day, 2)
        record = RefreshRecord(f"2026010{day}T020000.000000Z", began, began)
        journal.note(record)
        ended_at = began + timedelta(seconds=12.34)
        record = replace(record, outcome=outcome, ended_at=ended_at, failed_step=step)
        journal.note(record)
    at_work = datetime(2026, 1, 5, 2)
    journal.note(RefreshRecord("20260105T020000.000000Z", at_work, at_work))
    assert main(["versions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[3:19] for line in (lines[0], lines[3])] == [first[:16], second[:16]]
    assert lines[1:3] == [
        "   20260102T020000.000000Z  failed after 12.3 s in step dbt",
        "   20260103T020000.000000Z  unchanged after 12.3 s",
    ]
    assert lines[4] == "   20260105T020000.000000Z  killed, or at work"


def test_rollback_says_what_readers_see(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = publish(home, 1), publish(home, 2)
    assert main(["rollback"]) == 0
    assert f"Readers now see version {first}" in capsys.readouterr().out
    assert main(["rollback", "--to", second]) == 0
    assert main(["rollback", "--to", "nothing"]) == 1
    assert "There is no version nothing" in capsys.readouterr().err


def test_rollback_waits_for_no_refresh(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(home, 1)
    publish(home, 2)
    with home.lock():
        assert main(["rollback"]) == 1
    assert "Another refresh" in capsys.readouterr().err
