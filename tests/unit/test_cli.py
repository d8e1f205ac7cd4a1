"""`make versions` and `make rollback`: what a person reads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.lib.versions import Home


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
        f"   {first}  as of 2026-01-01  1,000 rows landed, 907 published",
        f"-> {second}  as of 2026-01-02, restated  2,000 rows landed, 1,807 published",
    ]


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
