"""Whatever happens to a refresh, readers see one whole version and the next succeeds.

Short forms of what `make chaos` does at length, on a project of few models.
"""

import os
import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.chaos import (
    STOP_WITHIN_SECONDS,
    Ballast,
    Round,
    Running,
    Stage,
    copied_stage,
    disturbed,
    faults_seen,
    followed_up,
    growing_file,
    is_lock_free,
    leftovers,
    small_disk,
)
from tests.support.readers import Reader, Readers, readers
from tests.support.warm_refreshes import WarmRefreshes

pytestmark = pytest.mark.slow


@contextmanager
def read_meanwhile(stage: Stage, scratch: Path, count: int = 2) -> Iterator[Readers]:
    """Let readers read; fail on whatever they saw that no reader may see."""
    with readers(stage.home, scratch / "readers", count) as reading:
        yield reading
        seen = reading.stop()
    assert seen.counts["looks"] > 0
    assert seen.faults == 0, seen.messages


@pytest.mark.parametrize("step", ["dbt", "publish"])
def test_kill(stage: Stage, tmp_path: Path, step: str) -> None:
    with read_meanwhile(stage, tmp_path):
        struck = disturbed(stage, 1, random.Random(step), kill, step=step)
        assert struck.code in (0, -signal.SIGKILL)
        assert followed_up(stage, struck).faults == []


def kill(refresh: Running) -> None:
    refresh.kill(signal.SIGKILL)


def terminate(refresh: Running) -> None:
    os.kill(refresh.pid, signal.SIGTERM)


def test_sigterm(stage: Stage) -> None:
    before = stage.current
    for step in ("landing_checks", "dbt"):
        struck = disturbed(stage, 1, random.Random(step), terminate, step=step)
        assert struck.code == 128 + signal.SIGTERM, struck.said
        assert struck.end_seconds < STOP_WITHIN_SECONDS
        assert "Stopped by SIGTERM." in struck.said
        assert f"Readers see version {before}." in struck.said
        assert stage.journal()[-1]["outcome"] == "stopped"
        assert is_lock_free(stage.home)
        assert struck.faults == []
    assert followed_up(stage, struck).faults == []


def test_disk_full(
    refreshes: WarmRefreshes, published_small: Path, tmp_path: Path
) -> None:
    try:
        with small_disk(tmp_path / "disk", megabytes=224) as disk:
            stage = copied_stage(disk, refreshes, published_small)
            ballast = Ballast(disk)
            with read_meanwhile(stage, tmp_path):
                for step in ("landing", "dbt", "publish"):
                    fill_up_and_see(stage, ballast, step)
                struck = Round(1, "", 0)
                assert followed_up(stage, struck).faults == []
    except PermissionError as error:
        pytest.skip(str(error))


def fill_up_and_see(stage: Stage, ballast: Ballast, step: str) -> None:
    before = stage.current
    struck = disturbed(
        stage, 1, random.Random(step), lambda refresh: ballast.leave(0), step=step
    )
    ballast.take_away()
    assert struck.faults == []
    assert struck.code == 1, struck.said
    assert "Not refreshed." in struck.said
    assert re.search(r"The disk of .* is full", struck.said), struck.said
    assert stage.current == before


def test_no_file_may_grow_beyond(stage: Stage) -> None:
    """What a quota does, where no disk may be mounted: a write fails halfway."""
    before = stage.current
    for file_bytes in (100_000, 1_000_000):
        stage.land()
        refresh = stage.start({"file_bytes": file_bytes})
        assert refresh.wait() == 1, refresh.said
        assert "Not refreshed." in refresh.said
        assert stage.current == before
        assert faults_seen(stage.home) == []
    assert followed_up(stage, Round(1, "", 0)).faults == []


def test_a_landing_file_that_grows_while_it_is_read(stage: Stage) -> None:
    with growing_file(stage.landing) as file:
        refresh = stage.start()
        code = refresh.wait()
    if code != 0:
        assert "orders/moving.csv: the file changed while it was read" in refresh.said
    assert faults_seen(stage.home) == []
    stage.publish()
    landed = len(file.read_text().splitlines()) - 1
    assert orders_like(stage, "moving-") == landed
    assert leftovers(stage.home) == []


def orders_like(stage: Stage, prefix: str) -> int:
    path = str(stage.home / "current" / "analytics.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        row = connection.execute(
            "select count(*) from marts.fct_orders where starts_with(order_id, ?)",
            [prefix],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_five_at_once_and_one_publishes(stage: Stage) -> None:
    stage.land()
    started = [stage.start() for _ in range(5)]
    codes = sorted(refresh.wait() for refresh in started)
    assert codes == [0, 1, 1, 1, 1]
    for refresh in started:
        if refresh.poll() == 1:
            assert "Another refresh (process " in refresh.said
            assert "Nothing was done." in refresh.said
            assert "CUSTOMER360_LOCK_WAIT_SECONDS" in refresh.said
    assert stage.published_markers() == 1
    assert followed_up(stage, Round(1, "", 0)).faults == []


def test_two_at_once_that_wait(stage: Stage) -> None:
    stage.land()
    started = [stage.start(LOCK_WAIT_SECONDS=100) for _ in range(2)]
    assert [refresh.wait() for refresh in started] == [0, 0]
    assert sum("waiting up to 100 s" in refresh.said for refresh in started) == 1
    assert stage.published_markers() == 1
    assert leftovers(stage.home) == []


def test_a_clock_that_jumps(stage: Stage) -> None:
    now = datetime.now(UTC)
    seen = [stage.current]
    for days in (400, -400, 0):
        stage.land()
        refresh = stage.start({"clock": (now + timedelta(days=days)).isoformat()})
        assert refresh.wait() == 0, refresh.said
        assert faults_seen(stage.home) == []
        assert stage.published_markers() == stage.markers
        seen.append(stage.current)
    assert seen == sorted(set(map(str, seen))), "ids rise whatever the clock says"
    assert leftovers(stage.home) == []


def test_readers_can_see_what_they_look_for(stage: Stage) -> None:
    """The instrument itself: what it counts when versions are not whole or mixed."""
    reader = Reader(stage.home, "looking")
    reader.look()
    assert reader.seen.faults == 0
    current = stage.home / "current"
    manifest = current.resolve() / "manifest.json"
    manifest.chmod(0o644)
    told = manifest.read_text()
    manifest.write_text(
        told.replace('"marts.fct_orders": 2000', '"marts.fct_orders": 9')
    )
    reader.look()
    manifest.write_text(told)
    assert reader.seen.counts["half"] == 1

    # an older analytics file under the name of the new version
    stage.land()
    old = current.resolve()
    stage.publish()
    resolving = Reader(stage.home, "resolving")
    resolving.look()
    assert resolving.seen.faults == 0
    published = current.resolve() / "analytics.duckdb"
    published.unlink()
    published.write_bytes((old / "analytics.duckdb").read_bytes())
    resolving.look()
    assert resolving.seen.counts["mixed"] == 1, resolving.seen.messages
    current.unlink()
    reader.look()
    assert reader.seen.counts["errors"] == 1
