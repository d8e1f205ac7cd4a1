"""One round of chaos: start a refresh, do something to it, judge what is left.

A round is judged the same way whatever was done: readers see one whole version, the
next refresh publishes what has landed since, and nothing lies around after it. Used in
short by tests/chaos and at length by benchmarks/chaos.py.
"""

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from tests.support.readers import Reader
from tests.support.refreshes import PROJECT, environment
from tests.support.small_project import land_marker
from tests.support.warm_refreshes import WarmRefreshes

FIRST_LOOK_SECONDS = 300
STOP_WITHIN_SECONDS = 10
BALLAST_PIECE_BYTES = 128 * 1024


class Running(Protocol):
    """A refresh at work, however it was started."""

    pid: int

    def poll(self) -> int | None:
        """The exit status; None while it runs."""

    def wait(self, timeout: float = ...) -> int:
        """Wait for the end; return the exit status."""

    def kill(self, number: int = ...) -> None:
        """Send a signal to its process group."""

    @property
    def said(self) -> str:
        """What it wrote so far."""


class ColdRefresh:
    """The real command, started as `make refresh` starts it."""

    def __init__(self, home: Path, landing: Path, output: Path, **settings: object):
        self.output = output
        with output.open("w") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.commands", "refresh"],
                cwd=PROJECT,
                env=environment(home, landing, **settings),
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float = 300) -> int:
        """Wait for the end; return the exit status."""
        return self._process.wait(timeout)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to its process group."""
        if self._process.poll() is None:
            os.killpg(self.pid, number)

    @property
    def said(self) -> str:
        """What it wrote so far."""
        return self.output.read_text()


@dataclass
class Stage:
    """A home and a landing folder in which refreshes are disturbed.

    `start` begins a refresh; `keep_minutes` may be 0, so that versions are dropped too.
    """

    home: Path
    landing: Path
    start: Callable[..., Running]
    markers: int = 0

    @classmethod
    def warm(
        cls, refreshes: WarmRefreshes, home: Path, landing: Path, **settings: object
    ) -> "Stage":
        """Disturb forked refreshes of a small project."""

        def start(options: dict[str, Any] | None = None, **more: object) -> Running:
            return refreshes.start(home, landing, options, **{**settings, **more})

        return cls(home, landing, start, _markers(landing))

    @classmethod
    def cold(
        cls, home: Path, landing: Path, scratch: Path, **settings: object
    ) -> "Stage":
        """Disturb the real command on the whole project."""
        scratch.mkdir(parents=True, exist_ok=True)

        def start(options: dict[str, Any] | None = None, **more: object) -> Running:
            assert not options, "the real command has no options"
            output = scratch / "output.txt"
            return ColdRefresh(home, landing, output, **{**settings, **more})

        return cls(home, landing, start, _markers(landing))

    @property
    def current(self) -> str | None:
        """The version that readers see."""
        link = self.home / "current"
        return link.readlink().name if link.is_symlink() else None

    def land(self) -> None:
        """Land something new."""
        self.markers += 1
        land_marker(self.landing, self.markers)

    def publish(self) -> None:
        """Refresh undisturbed; raise where that fails."""
        refresh = self.start()
        if refresh.wait() != 0:
            raise RuntimeError(refresh.said)

    def published_markers(self) -> int:
        """How many of the landed markers are in the published orders."""
        file = str(self.home / "current" / "analytics.duckdb")
        with duckdb.connect(file, read_only=True) as connection:
            row = connection.execute(
                "select count(*) from marts.fct_orders"
                " where contains(order_id, 'marker-')"
            ).fetchone()
        assert row is not None
        return int(row[0])

    def seconds_of_steps(self) -> dict[str, float]:
        """How long each step of the published version took.

        What comes after the manifest was written (flip, drop) is not in it.
        """
        manifest = json.loads((self.home / "current" / "manifest.json").read_text())
        seconds: dict[str, float] = manifest["seconds"]
        return {**seconds, "publish": 2 * seconds["publish"] + 0.05}

    def journal(self) -> list[dict[str, Any]]:
        """The last record of every refresh, oldest first."""
        lines = (self.home / "logs" / "refreshes.jsonl").read_text().splitlines()
        records: dict[str, dict[str, Any]] = {}
        for line in lines:
            # a kill cuts a line short
            if line.endswith("}"):
                record = json.loads(line)
                records[record["refresh_id"]] = record
        return list(records.values())


def copied_stage(folder: Path, refreshes: WarmRefreshes, published: Path) -> Stage:
    """Copy `home` and `landing` of a published folder; keep as few versions as can be.

    The landing folder is another one then, with files that are known.
    """
    home, landing = folder / "home", folder / "landing"
    shutil.copytree(published / "home", home, symlinks=True)
    shutil.copytree(published / "landing", landing)
    return Stage.warm(refreshes, home, landing, KEEP_VERSIONS=2, KEEP_MINUTES=0)


@dataclass
class Round:
    """What one round did and found; `faults` is empty where all held."""

    number: int
    planned_step: str
    delay_seconds: float
    code: int = 0
    step: str = ""
    is_hit: bool = False
    is_flipped: bool = False
    end_seconds: float = 0.0
    next_code: int = 0
    next_seconds: float = 0.0
    leftovers: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    said: str = ""


def disturbed(
    stage: Stage,
    number: int,
    chance: random.Random,
    strike: Callable[[Running], None],
    *,
    step: str | None = None,
    options: dict[str, Any] | None = None,
) -> Round:
    """Start a refresh and strike at a random moment of a random step.

    Every step is as likely, and within it every moment, so that the short steps, in
    which files are moved, are struck as often as the long ones.
    """
    seconds = stage.seconds_of_steps()
    planned = step or chance.choice(sorted(seconds))
    delay = chance.random() * seconds[planned]
    outcome = Round(number, planned, round(delay, 4))
    stage.land()
    before, known = stage.current, _logs(stage.home)
    refresh = stage.start(options)
    if wait_for_step(stage.home, refresh, planned, known):
        time.sleep(delay)
        outcome.is_hit = refresh.poll() is None
        struck = time.monotonic()
        strike(refresh)
    else:
        struck = time.monotonic()
    outcome.code = refresh.wait()
    outcome.end_seconds = round(time.monotonic() - struck, 3)
    outcome.is_hit = outcome.is_hit and outcome.code != 0
    outcome.step = last_step(stage.home, known)
    outcome.is_flipped = stage.current != before
    outcome.said = refresh.said[-2000:]
    outcome.faults += faults_seen(stage.home)
    return outcome


def followed_up(stage: Stage, outcome: Round) -> Round:
    """Refresh undisturbed after a round; add what was wrong to it."""
    stage.land()
    started = time.monotonic()
    refresh = stage.start()
    outcome.next_code = refresh.wait()
    outcome.next_seconds = round(time.monotonic() - started, 3)
    if outcome.next_code != 0:
        outcome.faults.append(f"the next refresh failed: {refresh.said[-2000:]}")
        return outcome
    outcome.faults += faults_seen(stage.home)
    if stage.published_markers() != stage.markers:
        outcome.faults.append(
            f"{stage.published_markers()} of {stage.markers} markers are published"
        )
    outcome.leftovers = leftovers(stage.home)
    outcome.faults += [f"left over: {name}" for name in outcome.leftovers]
    return outcome


def faults_seen(home: Path) -> list[str]:
    """Look at what is published with both eyes; return what is wrong with it."""
    reader = Reader(home, "resolving")
    reader.look()
    return list(reader.seen.messages)


def leftovers(home: Path) -> list[str]:
    """Name what should not lie in a home in which nothing works."""
    versions = {path.name for path in (home / "versions").iterdir()}
    states = {path.name for path in (home / "state").iterdir()}
    found = [f"candidates/{path.name}" for path in (home / "candidates").iterdir()]
    found += [f"versions/{name}" for name in versions if name.startswith(".")]
    found += [f"state/{name}" for name in states - versions]
    found += [f"no state of {name}" for name in versions - states]
    found += [
        str(path.relative_to(home))
        for folder in ("versions", "state")
        for pattern in ("*.wal", "*.tmp")
        for path in (home / folder).rglob(pattern)
    ]
    found += [
        name
        for name in ("publishing", "building", ".current", ".building")
        if os.path.lexists(home / name)
    ]
    return found


def wait_for_step(home: Path, refresh: Running, step: str, known: set[Path]) -> bool:
    """Wait until the log of a refresh says that a step began; False if it ended."""
    deadline = time.monotonic() + FIRST_LOOK_SECONDS
    wanted = f" step {step}\n"
    while time.monotonic() < deadline:
        for log in _logs(home) - known:
            if wanted in log.read_text():
                return True
        if refresh.poll() is not None:
            return False
        time.sleep(0.002)
    raise TimeoutError(f"step {step} did not begin:\n{refresh.said}")


def last_step(home: Path, known: set[Path]) -> str:
    """The last step that the newest log tells of."""
    texts = [log.read_text() for log in sorted(_logs(home) - known)]
    lines = texts[-1].splitlines() if texts else []
    steps = [line.split(" step ")[1] for line in lines if " step " in line]
    return steps[-1].split()[0] if steps else "before begin"


def is_lock_free(home: Path) -> bool:
    """Whether a refresh could begin now."""
    with (home / ".lock").open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


class Ballast:
    """A file that takes the room of a disk, all but a few bytes."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "ballast"

    def leave(self, free_bytes: int) -> None:
        """Fill the disk up to `free_bytes`, while others write to it too."""
        handle = os.open(self._file, os.O_CREAT | os.O_WRONLY)
        try:
            while (size := self._free() - free_bytes) > 0:
                # in pieces: one that fails takes all there is for a moment
                with suppress(OSError):
                    piece = min(size, BALLAST_PIECE_BYTES)
                    os.posix_fallocate(handle, os.fstat(handle).st_size, piece)
        finally:
            os.close(handle)

    def _free(self) -> int:
        return shutil.disk_usage(self._file.parent).free

    def take_away(self) -> None:
        """Give the room back."""
        self._file.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a tmpfs; raise PermissionError where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_mount():
        # of a session that was killed
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "customer360_chaos"]
    try:
        subprocess.run(
            ["mount", *options, str(folder)], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise PermissionError(f"no file system may be mounted here: {said}") from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def growing_file(landing: Path, rows: int = 4000) -> Iterator[Path]:
    """Let a landing file grow, half a line at a time, until the block is left.

    A process of its own writes it; on leaving the file is whole: `rows` rows or more.
    """
    file = landing / "orders" / "moving.csv"
    stop = landing.parent / "stop_moving"
    stop.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", _GROW, str(file), str(stop), str(rows)]
    )
    try:
        while not file.exists():
            time.sleep(0.01)
        yield file
    finally:
        stop.touch()
        process.wait(timeout=60)


_GROW = """
import sys, time
from pathlib import Path
file, stop, rows = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
number = 0
with file.open("w") as stream:
    stream.write("order_id,customer_id,ordered_at,status,gross_amount\\n")
    while number < rows or not stop.exists():
        number += 1
        stream.write(f"moving-{number},c1,2025-01-")
        if number % 50 == 0:
            stream.flush()
            time.sleep(0.002)
        stream.write("02,paid,1.00\\n")
"""


def _markers(landing: Path) -> int:
    """How many markers have landed so far."""
    return len(list((landing / "orders").glob("marker_*.csv")))


def _logs(home: Path) -> set[Path]:
    return set((home / "logs").glob("2*.log"))
