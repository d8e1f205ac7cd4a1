"""A home of which something is gone or cut: what is broken, and what heals it."""

import io
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.app import main
from orchestration.refresh.errors import FOR_A_PERSON
from orchestration.refresh.manifest import input_files
from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.settings import Settings
from orchestration.store.versions import Home, Version
from tests.support.landings import ONE_ORDER, landing_of_one_order

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FACTS = {
    "landed_rows": {},
    "as_of_date": "2025-12-31",
    "is_restated": False,
    "rows": {},
    "seconds": {},
    "reconciled_rows": {"landed": 0},
    "observed_until_at": "2026-01-01T12:00:00Z",
}


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return landing_of_one_order(tmp_path, monkeypatch)


@pytest.fixture
def home(tmp_path: Path, landing: Path) -> Home:
    """A home with two versions; the second one stood on one file more."""
    home = Home(tmp_path / "home")
    home.create()
    publish(home)
    (landing / "orders" / "b.csv").write_text(ONE_ORDER.replace("\n1,", "\n2,"))
    publish(home)
    return home


def publish(home: Home) -> Version:
    """Land, and publish what landed without a model."""
    with begun() as refresh:
        refresh.land()
        for file in (refresh.candidate.analytics, refresh.candidate.private):
            duckdb.connect(str(file)).close()
        with duckdb.connect(str(refresh.candidate.state), read_only=True) as state:
            manifest = {**FACTS, "inputs": {"files": input_files(state)}}
        manifest["previous_version"] = refresh.home.current_id
        return home.publish(refresh.candidate, manifest)


@contextmanager
def begun() -> Iterator[Refresh]:
    settings, progress = Settings.from_environment(), Progress(io.StringIO())
    with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
        refresh.begin()
        yield refresh


def landed_again() -> int:
    """Begin and land, as a command: 0 where both went well, 1 where it says why not."""
    try:
        with begun() as refresh:
            refresh.land()
    except FOR_A_PERSON as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def current(home: Home) -> Version:
    version = home.current_version()
    assert version is not None
    return version


def cut(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def make_current_a_folder(home: Home) -> None:
    target = current(home).path
    home.current.unlink()
    shutil.copytree(target, home.current)


def remove_current(home: Home) -> None:
    home.current.unlink()


def cut_the_state(home: Home) -> None:
    cut(home.state_of(current(home).id))


def lose_the_version_and_its_state(home: Home) -> None:
    gone = current(home)
    shutil.rmtree(gone.path)
    shutil.rmtree(home.states / gone.id)


def cut_the_manifest_and_lose_the_state(home: Home) -> None:
    version = current(home)
    shutil.rmtree(home.states / version.id)
    cut(version.path / "manifest.json")


BROKEN: dict[str, Callable[[Home], None]] = {
    "current is a folder": make_current_a_folder,
    "current is gone": remove_current,
    "duckdb was cut or changed": cut_the_state,
    "which is not there": lose_the_version_and_its_state,
    "manifest.json cannot be read": cut_the_manifest_and_lose_the_state,
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_with_the_command_that_heals(
    home: Home, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    BROKEN[what](home)
    capsys.readouterr()
    for command in (landed_again, lambda: main(["check-freshness"])):
        assert command() == 1
        told = capsys.readouterr().err
        assert what in told and str(home.path) in told and "Traceback" not in told
        (healing,) = {part for part in told.split("`") if part.startswith("make ")}
        _, to = healing.split(" TO=")
    assert main(["versions"]) == 0
    assert healing in capsys.readouterr().out
    assert main(["rollback", "--to", to]) == 0
    assert home.fault() is None
    assert current(home).id == to
    assert landed_again() == 0


def test_nothing_to_go_back_to_is_told_too(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    for version in home.versions():
        if not version.is_current:
            shutil.rmtree(version.path)
    cut_the_state(home)
    assert landed_again() == 1
    told = capsys.readouterr().err
    assert f"`rm {home.state_of(current(home).id)}`" in told
    home.state_of(current(home).id).unlink()
    assert landed_again() == 0


def test_a_state_that_is_none_is_told_too(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes that changed and are as many as before show when it is opened."""
    state = home.state_of(current(home).id)
    state.write_bytes(b"x" * state.stat().st_size)
    assert home.fault() is None
    assert landed_again() == 1
    assert f"{state} was cut or changed" in capsys.readouterr().err
    assert main(["rollback"]) == 0
    assert landed_again() == 0


@pytest.mark.parametrize("what", ["folder", "manifest"])
def test_the_state_alone_is_enough_to_go_on(home: Home, what: str) -> None:
    """Else what it knows of files that are gone would go too."""
    version = current(home)
    (home.path.parent / "landing" / "orders" / "b.csv").unlink()
    if what == "folder":
        shutil.rmtree(version.path)
    else:
        cut(version.path / "manifest.json")
    assert landed_again() == 0
    assert home.state_of(version.id).exists()


@pytest.mark.parametrize("how", ["state is gone", "rolled back"])
def test_files_that_were_published_are_missed(
    home: Home,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    (landing / "orders" / "b.csv").unlink()
    assert landed_again() == 0, "the state knows it"
    if how == "rolled back":
        assert main(["rollback"]) == 0
        (landing / "orders" / "c.csv").write_text(ONE_ORDER.replace("\n1,", "\n3,"))
    else:
        home.state_of(current(home).id).unlink()
    capsys.readouterr()
    assert landed_again() == 1
    told = capsys.readouterr().err
    assert "1 landed files that were published are gone: orders/b.csv." in told
    assert "Put them back" in told and "CUSTOMER360_ACCEPT_LOST_FILES=true" in told
    with monkeypatch.context() as patched:
        patched.setenv("CUSTOMER360_ACCEPT_LOST_FILES", "true")
        assert landed_again() == 0
    (landing / "orders" / "b.csv").write_text(ONE_ORDER.replace("\n1,", "\n2,"))
    assert landed_again() == 0


def test_a_cut_manifest_of_another_version_stops_nothing(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = home.versions()
    cut(old.path / "manifest.json")
    assert landed_again() == 0
    assert main(["versions"]) == 0
    assert f"{old.id}  its manifest cannot be read" in capsys.readouterr().out
    assert main(["rollback", "--to", old.id]) == 1
    assert "whose manifest can be read" in capsys.readouterr().err
    assert home.next_id(NOON - timedelta(days=900)) > new.id
    assert home.drop_older_than_current() == [old.id]
    assert not old.path.exists()


def test_databases_of_readers_that_were_cut_are_made_anew(home: Home) -> None:
    version = current(home)
    cut(version.analytics)
    assert not home.is_whole(version)
    assert home.fault() is None
    assert landed_again() == 0


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_modes_are_said_and_not_inherited(
    landing: Path, tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        home = Home(tmp_path / "home")
        home.create()
        version = publish(home)
    finally:
        os.umask(before)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    for folder in (home.path, home.versions_folder, version.path):
        assert mode(folder) == 0o755, folder
    for folder in (
        home.candidates,
        home.states,
        home.state_of(version.id).parent,
        home.logs,
        home.ledgers,
        home.dagster,
    ):
        assert mode(folder) == 0o700, folder
    assert mode(version.analytics) == 0o444
    assert mode(version.path / "manifest.json") == 0o444
    assert mode(version.private) == 0o440
    assert mode(home.state_of(version.id)) == 0o600
    assert mode(home.path / ".lock") == 0o600
    assert json.loads((version.path / "manifest.json").read_text())["bytes"]


def test_a_home_that_anybody_may_write_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o2777)
    Home(tmp_path / "home").create()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o2775
