"""Refreshes of a small project, forked from a warm process: two seconds instead of ten.

`warm_server` is the other side.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from tests.support.refreshes import environment

SERVER = Path(__file__).with_name("warm_server.py")
PATIENCE_SECONDS = 300


@dataclass
class WarmRefresh:
    """A refresh that was forked, in a process group of its own."""

    pid: int
    output: Path
    _code: int | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def poll(self) -> int | None:
        """The exit status, below 0 for a signal; None while it runs."""
        return self._code

    def wait(self, timeout: float = PATIENCE_SECONDS) -> int:
        """Wait for the end; return the exit status."""
        if not self._ended.wait(timeout):
            raise TimeoutError(f"A refresh did not end in {timeout} s:\n{self.said}")
        assert self._code is not None
        return self._code

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole process group, if it is still there."""
        if self._code is None:
            # it may have ended just now
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    @property
    def said(self) -> str:
        """What it wrote so far, on both streams."""
        return self.output.read_text() if self.output.exists() else ""


class WarmRefreshes:
    """The warm process of one project."""

    def __init__(self, process: "subprocess.Popen[str]", scratch: Path) -> None:
        self._process = process
        self._scratch = scratch
        self._started: Queue[int] = Queue()
        self._running: dict[int, WarmRefresh] = {}
        self._codes: dict[int, int] = {}
        self._lock = threading.Lock()
        self._count = 0
        self._require_ready()
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        home: Path,
        landing: Path,
        options: Mapping[str, Any] | None = None,
        **settings: object,
    ) -> WarmRefresh:
        """Fork a refresh; `options` are those of `warm_server`."""
        self._count += 1
        output = self._scratch / f"output_{os.getpid()}_{self._count:05}.txt"
        output.unlink(missing_ok=True)
        ours = {
            name: value
            for name, value in environment(home, landing, **settings).items()
            if name.startswith("CUSTOMER360_")
        }
        request = {
            "environment": ours,
            "output": str(output),
            "options": dict(options or {}),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        refresh = WarmRefresh(self._started.get(timeout=PATIENCE_SECONDS), output)
        with self._lock:
            self._running[refresh.pid] = refresh
            self._settle(refresh.pid)
        return refresh

    def run(
        self,
        home: Path,
        landing: Path,
        options: Mapping[str, Any] | None = None,
        **settings: object,
    ) -> tuple[int, str]:
        """Fork a refresh and wait; return exit status and what it wrote."""
        refresh = self.start(home, landing, options, **settings)
        code = refresh.wait()
        return code, refresh.said

    def _require_ready(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if "ready" not in line:
            raise RuntimeError("The warm process did not come up.")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            if "started" in answer:
                self._started.put(answer["started"])
                continue
            with self._lock:
                self._codes[answer["ended"]] = answer["code"]
                self._settle(answer["ended"])

    def _settle(self, pid: int) -> None:
        """Hand the exit status to its refresh when both are known."""
        if pid in self._running and pid in self._codes:
            refresh = self._running.pop(pid)
            refresh._code = self._codes.pop(pid)
            refresh._ended.set()


@contextmanager
def warm_refreshes(project: Path, scratch: Path) -> Iterator[WarmRefreshes]:
    """Start the warm process of a project; what it forked ends with it."""
    scratch.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, str(SERVER)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield WarmRefreshes(process, scratch)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)
