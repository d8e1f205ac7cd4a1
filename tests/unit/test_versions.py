"""Candidates, versions and `current`: what holds at whatever moment a refresh dies."""

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.store.versions import (
    AnotherRefreshRuns,
    DiskFull,
    Home,
    HomeError,
    Version,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = timedelta(days=1)


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def publish(home: Home, text: str, now: datetime = NOON) -> Version:
    """Publish a version whose databases and Parquet hold `text` (no real ones).

    `parquet/marts/same.parquet` is one file in all versions, as an unchanged table is.
    """
    candidate = home.begin(home.next_id(now))
    folder = candidate.path / "parquet" / "marts"
    folder.mkdir(parents=True)
    own = folder / "own.parquet"
    for file in (candidate.state, candidate.analytics, candidate.private, own):
        file.write_text(text)
    if home.current_id is None:
        (folder / "same.parquet").write_text("the same")
    else:
        os.link(home.current / "parquet/marts/same.parquet", folder / "same.parquet")
    manifest = {
        "text": text,
        "previous_version": home.current_id,
        "parquet": {"marts.own": {}, "marts.same": {}},
    }
    return home.publish(candidate, manifest)


def seen(home: Home) -> str | None:
    """What a reader sees; every file must tell the same."""
    if not home.current.exists():
        assert not home.current.is_symlink()
        return None
    current = home.current_version()
    assert current is not None
    state = home.state_of(current.id)
    parquet = home.current / "parquet" / "marts"
    own = parquet / "own.parquet"
    files = (current.analytics, current.private, state, own)
    texts = {file.read_text() for file in files}
    texts.add(current.manifest["text"])
    assert (parquet / "same.parquet").read_text() == "the same"
    assert home.is_whole(current)
    (text,) = texts
    return text


def test_a_version_is_published_whole(home: Home) -> None:
    version = publish(home, "first")
    assert seen(home) == "first"
    assert home.current.readlink() == Path("versions") / version.id
    assert mode(home.current / "analytics.duckdb") == 0o444
    assert mode(home.current / "private.duckdb") == 0o440
    assert mode(home.current / "parquet" / "marts" / "own.parquet") == 0o444
    assert mode(home.state_of(version.id).parent) == 0o700
    assert mode(version.path) == 0o755
    assert list(home.candidates.iterdir()) == []


def test_the_next_candidate_starts_from_the_current_state(home: Home) -> None:
    publish(home, "first")
    candidate = home.begin(home.next_id(NOON))
    assert candidate.state.read_text() == "first"
    assert not candidate.analytics.exists()


def test_a_refresh_may_die_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies at the n-th change of the disk, for every n, until it lives through."""
    template = Home(tmp_path / "template")
    template.create()
    publish(template, "old")
    outcomes = []
    for moment in range(200):
        home = Home(tmp_path / str(moment))
        shutil.copytree(template.path, home.path, symlinks=True)
        with monkeypatch.context() as patched:
            die_at(moment, patched)
            try:
                publish(home, "new", NOON + timedelta(hours=1))
                lived = True
            except Killed:
                lived = False
        outcomes.append(seen(home))
        assert {v.manifest["text"] for v in home.versions()} == {"old", outcomes[-1]}
        publish(home, "next", NOON + timedelta(hours=2))
        assert seen(home) == "next"
        assert {v.manifest["text"] for v in home.versions()} == {
            "old",
            "next",
            *({"new"} & {outcomes[-1]}),
        }
        assert {s.name for s in home.states.iterdir()} == {
            v.id for v in home.versions()
        }
        assert list(home.candidates.iterdir()) == []
        if lived:
            break
    assert lived
    assert outcomes.count("old") > 20, "too few moments before the flip were tried"
    # once readers saw the new version they never see the old one again
    assert outcomes == sorted(outcomes, key=lambda text: text == "new")


def die_at(moment: int, patched: pytest.MonkeyPatch) -> None:
    """Let the n-th call that changes the disk raise Killed, before or halfway."""
    calls = {"count": 0}

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            calls["count"] += 1
            if calls["count"] > moment:
                raise Killed
            return function(*arguments, **options)

        return call

    for name in ("rename", "replace", "unlink", "symlink_to", "mkdir", "chmod"):
        patched.setattr(Path, name, counted(getattr(Path, name)))
    patched.setattr(os, "link", counted(os.link))
    patched.setattr(shutil, "rmtree", counted(shutil.rmtree))
    patched.setattr(shutil, "copyfile", counted(shutil.copyfile))
    patched.setattr(os, "fsync", counted(os.fsync))


def test_leftovers_of_a_killed_refresh_are_swept(home: Home) -> None:
    publish(home, "first")
    left = home.begin(home.next_id(NOON))
    left.analytics.write_text("half")
    publish(home, "second")
    assert list(home.candidates.iterdir()) == []
    assert seen(home) == "second"


def test_a_write_ahead_log_is_not_published(home: Home) -> None:
    publish(home, "first")
    candidate = home.begin(home.next_id(NOON))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text("second")
    (candidate.path / "analytics.duckdb.wal").write_text("unwritten")
    with pytest.raises(HomeError, match=r"analytics\.duckdb\.wal"):
        home.publish(candidate, {})
    assert seen(home) == "first"


def test_ids_rise_though_the_clock_goes_back(home: Home) -> None:
    first = publish(home, "first")
    second = publish(home, "second", NOON - timedelta(days=400))
    third = publish(home, "third", NOON - timedelta(days=400))
    assert first.id < second.id < third.id
    assert [v.id for v in home.versions()] == [first.id, second.id, third.id]


def test_old_versions_go_but_not_for_readers_of_a_moment_ago(home: Home) -> None:
    ids = [publish(home, str(n)).id for n in range(5)]
    just_now = datetime.now(UTC)
    assert home.drop_old(3, LONG_AGO, just_now) == []
    assert home.drop_old(3, LONG_AGO, just_now + 2 * LONG_AGO) == ids[:2]
    assert [v.id for v in home.versions()] == ids[2:]
    assert {s.name for s in home.states.iterdir()} == set(ids[2:])
    assert seen(home) == "4"


def test_the_version_to_go_back_to_is_never_dropped(home: Home) -> None:
    good, bad = publish(home, "good"), publish(home, "bad")
    home.rollback()
    publish(home, "again")
    later = datetime.now(UTC) + 2 * LONG_AGO
    assert home.drop_old(1, LONG_AGO, later) == [bad.id]
    assert home.rollback().id == good.id


def test_rollback_goes_back_and_the_next_refresh_starts_there(home: Home) -> None:
    first, second = publish(home, "first"), publish(home, "second")
    assert home.rollback().id == first.id
    assert seen(home) == "first"
    assert home.begin(home.next_id(NOON)).state.read_text() == "first"
    assert home.rollback(to=second.id).id == second.id
    assert seen(home) == "second"


def test_rollback_says_what_there_is(home: Home) -> None:
    with pytest.raises(HomeError, match="no older version"):
        home.rollback()
    only = publish(home, "only")
    with pytest.raises(HomeError, match="no older version"):
        home.rollback()
    with pytest.raises(HomeError, match=f"no version nonsense. Versions: {only.id}"):
        home.rollback(to="nonsense")


def test_a_disk_too_small_is_found_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home.path)._replace(free=200_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    home.begin(home.next_id(NOON))
    with pytest.raises(DiskFull, match=r"mounted at /.*has 200 MB free.* need 934 MB"):
        home.begin(home.next_id(NOON), new_landing_bytes=200_000_000)


def test_every_copy_of_the_published_version_needs_room(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish(home, "x" * 1_000_000)
    usage = shutil.disk_usage(home.path)._replace(free=138_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    # the state twice, both databases and the Parquet files once, and what is spare
    with pytest.raises(DiskFull, match=r"138 MB free.* need 139 MB"):
        home.begin(home.next_id(NOON))
    assert list(home.candidates.iterdir()) == []
    assert home.current_id == version.id


def test_a_disk_that_fills_up_is_named_and_swept(home: Home) -> None:
    publish(home, "first")
    candidate = home.begin(home.next_id(NOON))
    candidate.analytics.write_text("half")
    told = str(home.full_disk(is_published=False))
    assert str(home.path) in told and "mounted at /" in told
    assert "were free" in told and "to need up to 134 MB" in told
    assert "CUSTOMER360_KEEP_VERSIONS" in told and "Nothing was published" in told
    assert list(home.candidates.iterdir()) == []
    assert seen(home) == "first"
    assert "is whole" in str(home.full_disk(is_published=True))


def test_a_file_of_two_versions_stays_when_one_goes(home: Home) -> None:
    first, second = publish(home, "first"), publish(home, "second")
    assert home.usage_of(second.id).shared > 0
    assert home.drop_older_than_current() == [first.id]
    assert seen(home) == "second"
    assert home.usage_of(second.id).shared == 0
    assert not first.path.exists()


def test_readers_may_enter_whatever_the_umask(home: Home) -> None:
    before = os.umask(0o077)
    try:
        version = publish(home, "first")
    finally:
        os.umask(before)
    assert mode(version.path / "parquet") == 0o755
    assert mode(version.path / "parquet" / "marts") == 0o755


def test_a_version_with_a_file_missing_is_not_whole(home: Home) -> None:
    version = publish(home, "first")
    assert home.is_whole(version)
    (version.path / "parquet" / "marts" / "own.parquet").unlink()
    assert not home.is_whole(version)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match=r"file/home .*CUSTOMER360_HOME"):
        Home(tmp_path / "file" / "home").create()


def test_a_second_refresher_is_told_who_works(home: Home) -> None:
    with (
        home.lock(),
        pytest.raises(AnotherRefreshRuns, match=f"process {os.getpid()}"),
        Home(home.path).lock(),
    ):
        pass


def test_a_second_refresher_waits(home: Home) -> None:
    told: list[str] = []
    inside = home.lock()
    inside.__enter__()
    threading.Timer(0.3, lambda: inside.__exit__(None, None, None)).start()
    with Home(home.path).lock(wait_seconds=10, on_wait=told.append):
        assert told == [f"process {os.getpid()}"]


def test_the_lock_dies_with_its_holder(home: Home) -> None:
    hold = (
        "import sys, time; from pathlib import Path;"
        "from orchestration.store.versions import Home\n"
        f"with Home(Path({str(home.path)!r})).lock():"
        " print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(AnotherRefreshRuns, match=f"process {holder.pid}"), home.lock():
        pass
    holder.kill()
    holder.communicate()
    with home.lock():
        pass


def test_the_lock_of_a_killed_holder_is_waited_for_a_moment(home: Home) -> None:
    """A child that it had just forked may outlive it for some milliseconds."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    home.create()
    held = os.open(home.path / ".lock", os.O_CREAT | os.O_RDWR)
    os.pwrite(held, f"process {gone.pid}".encode(), 0)
    fcntl.flock(held, fcntl.LOCK_EX)
    threading.Timer(0.3, os.close, [held]).start()
    with home.lock():
        pass


def aside(home: Home, content: str) -> Version:
    """Publish a version that readers do not come to see."""
    candidate = home.begin(home.next_id(NOON))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text(content)
    return home.publish(candidate, {"is_aside": True}, is_current=False)


def test_nobody_is_rolled_back_to_what_lies_aside(home: Home) -> None:
    first = publish(home, "first")
    past = aside(home, "past")
    publish(home, "second")
    home._drop(first.id)
    with pytest.raises(HomeError, match="no older version"):
        home.rollback()
    assert home.rollback(past.id).id == past.id


def test_what_lies_aside_shortens_no_grace(home: Home) -> None:
    publish(home, "first")
    past = aside(home, "past")
    publish(home, "second")
    publish(home, "third")
    now = datetime.now(UTC)
    days_ago = (now - 3 * LONG_AGO).timestamp()
    os.utime(past.path / "manifest.json", times=(days_ago, days_ago))
    assert home.drop_old(1, LONG_AGO, now) == []


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
