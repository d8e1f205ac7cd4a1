"""A process that has imported everything, and forks a refresh whenever it is asked.

Seven of the ten seconds of a small refresh are imports. A forked refresh runs the same
`commands.refresh.main` in a process group of its own, so that it can be killed,
starved and signalled like the command. Run as a script with the project to refresh on
PYTHONPATH; reads one JSON request a line, writes one JSON line when a child started and
one when it ended.

Request: `environment` (all CUSTOMER360_ settings), `output` (file for stdout and
stderr), `options`:
    clock           ISO instant that the refresh takes for now
    file_bytes      RLIMIT_FSIZE of the process: no file grows beyond
    broken          dotted names of functions that raise instead
"""

import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import sys
import warnings
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any, NoReturn

from orchestration.settings.environment import switch_telemetry_off

PRELOADED = (
    "orchestration.commands.refresh",
    "dagster",
    "dagster_dbt",
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.adapters.duckdb.connections",
    "great_expectations",
    "great_expectations.expectations",
)


class Broken(Exception):
    """Raised by a function that a test broke."""


def serve() -> None:
    """Answer requests until stdin ends, then kill what still runs."""
    warnings.simplefilter("ignore")
    switch_telemetry_off()
    for name in (*PRELOADED, *modules_of("orchestration.defs")):
        importlib.import_module(name)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    tell({"ready": os.getpid()})
    children: set[int] = set()
    pending = b""
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            tell_ended(children)
        if 0 not in readable:
            continue
        chunk = os.read(0, 65536)
        if not chunk:
            break
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            children.add(forked(json.loads(line)))
    for pid in children:
        os.killpg(pid, signal.SIGKILL)


def modules_of(package: str) -> list[str]:
    """Name the modules of a package; none of these reads a setting on import."""
    paths = importlib.import_module(package).__path__
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(paths)]


def tell(answer: dict[str, int]) -> None:
    """Write one line."""
    os.write(1, json.dumps(answer).encode() + b"\n")


def tell_ended(children: set[int]) -> None:
    """Tell of every child that ended."""
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def forked(request: dict[str, Any]) -> int:
    """Fork a refresh; return its process id."""
    pid = os.fork()
    if pid == 0:
        run(request)
    # also here: the caller may kill the group before the child has made it
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(pid, pid)
    tell({"started": pid})
    return pid


def run(request: dict[str, Any]) -> NoReturn:
    """Be the refresh that was asked for."""
    code = 70
    try:
        prepare(request)
        import orchestration.commands.refresh

        code = orchestration.commands.refresh.main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def prepare(request: dict[str, Any]) -> None:
    """Make the environment, the streams and the faults of the request."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for name in [name for name in os.environ if name.startswith("CUSTOMER360_")]:
        del os.environ[name]
    os.environ.update(request["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, nothing), (1, written), (2, written)):
        os.dup2(source, target)
    options = request["options"]
    for name in options.get("broken", ()):
        break_function(name)
    if "clock" in options:
        stop_clock(datetime.fromisoformat(options["clock"]))
    if "file_bytes" in options:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = options["file_bytes"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def break_function(name: str) -> None:
    """Let a function of a module raise."""
    module, function = name.rsplit(".", 1)

    def broken(*arguments: object, **named: object) -> NoReturn:
        raise Broken(f"{name} was broken by a test")

    setattr(importlib.import_module(module), function, broken)


def stop_clock(instant: datetime) -> None:
    """Let the one look at the clock that a refresh takes give another instant."""
    import orchestration.commands.refresh

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromisoformat(instant.astimezone(tz).isoformat())

    orchestration.commands.refresh.datetime = Clock  # type: ignore[misc]


if __name__ == "__main__":
    serve()
