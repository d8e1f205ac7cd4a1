"""Readers that query the published version without end, and count what they see.

Each reader is a process of its own that goes through `current`, as BI tools do, with
several queries a look. Three kinds:

- looking: opens `current/analytics.duckdb` anew for every look, as most tools do;
- pinned: keeps a connection over several looks, as a pool does;
- resolving: resolves `current` once a look and opens both files and the manifest of
  that folder, as one must who needs more than one file.

Within a look everything must belong to one version: else it is *mixed*. A version
whose manifest, file or table is missing, or whose tables have other rows than its
manifest says, is *half*. Anything raised is an *error*. As a script
(`python readers.py HOME COUNTS KIND PAUSE`) this module is one reader.
"""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

KINDS = ("looking", "pinned", "resolving", "looking")
PINNED_SECONDS = 2.0
# as in any tool that reads: no spilling beside the file, few threads
CONFIG = {"threads": 1, "memory_limit": "300MB", "temp_directory": ""}
SHOWN_MESSAGE = 300

VERSION_TOLD = """
    select max(refresh_id) filter (where outcome = 'published') from audit.refreshes
    union all select max(refresh_id) from audit.quality_results
    union all select min(refresh_id) from audit.quality_results
"""
ORDERS_TOLD = """
    select count(*) from marts.fct_orders
    union all
    select sum(accepted_row_count)::bigint from audit.landing_reconciliation
    where table_name = 'orders'
"""
TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where database_name = 'analytics' and schema_name in ('marts', 'metrics', 'audit')
"""


class Mixed(Exception):
    """Rows of two versions in one look."""


class Half(Exception):
    """A version that is not whole."""


@dataclass
class Seen:
    """What readers counted; sums of several readers are added by `Counter`."""

    counts: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)

    def add(self, other: "Seen") -> None:
        """Add what another reader counted."""
        self.counts.update(other.counts)
        self.messages.update(other.messages)
        self.versions |= other.versions

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "counts": dict(self.counts),
            "messages": dict(self.messages),
            "versions": sorted(self.versions),
        }

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> "Seen":
        """Return what `as_json` gave."""
        return cls(
            Counter(values["counts"]),
            Counter(values["messages"]),
            set(values["versions"]),
        )

    @property
    def faults(self) -> int:
        """How often anything was seen that no reader may see."""
        return sum(self.counts[name] for name in ("errors", "mixed", "half"))


class Reader:
    """One reader of a home."""

    def __init__(self, home: Path, kind: str) -> None:
        self.seen = Seen()
        self._home = home
        self._kind = kind
        self._latest = ""
        self._kept: duckdb.DuckDBPyConnection | None = None
        self._kept_version = ""
        self._kept_until = 0.0

    def look(self) -> None:
        """Look once and count."""
        self.seen.counts["looks"] += 1
        try:
            version = getattr(self, f"_{self._kind}")()
        except Mixed as fault:
            self._count("mixed", fault)
        except Half as fault:
            self._count("half", fault)
        except Exception as fault:
            self._count("errors", fault)
        else:
            self.seen.versions.add(version)
            # a version once seen may not be followed by an older one
            if self._kind != "pinned" and version < self._latest:
                self._count("mixed", Mixed(f"{version} came after {self._latest}"))
            self._latest = max(version, self._latest)

    def _count(self, what: str, fault: Exception) -> None:
        self.seen.counts[what] += 1
        message = f"{what}: {type(fault).__name__}: {fault}"[:SHOWN_MESSAGE]
        self.seen.messages[message] += 1

    def _looking(self) -> str:
        path = self._home / "current" / "analytics.duckdb"
        with closing(opened(path)) as connection:
            return self._judged(connection)

    def _pinned(self) -> str:
        if self._kept is None or time.monotonic() > self._kept_until:
            if self._kept is not None:
                self._kept.close()
            self._kept, self._kept_version = None, ""
            self._kept = opened(self._home / "current" / "analytics.duckdb")
            self._kept_until = time.monotonic() + PINNED_SECONDS
        version = self._judged(self._kept)
        if self._kept_version not in ("", version):
            raise Mixed(f"{version} on a connection to {self._kept_version}")
        self._kept_version = version
        return version

    def _resolving(self) -> str:
        folder = (self._home / "current").resolve(strict=True)
        with closing(opened(folder / "analytics.duckdb")) as connection:
            path = str(folder / "private.duckdb").replace("'", "''")
            connection.execute(f"attach '{path}' as private (read_only)")
            version = self._judged(connection)
            self._ask(
                connection, "select count(*) from private.personal.quarantined_rows"
            )
        if version != folder.name:
            raise Mixed(f"{folder.name} holds the tables of {version}")
        return version

    def _judged(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Ask several things; return the version that all of them belong to."""
        told = set(self._ask(connection, VERSION_TOLD))
        if len(told) != 1:
            raise Mixed(f"tables of {sorted(map(str, told))}")
        orders = set(self._ask(connection, ORDERS_TOLD))
        if len(orders) != 1:
            raise Mixed(f"tables of {sorted(orders)} orders")
        (version,) = told
        self._require_whole(connection, str(version))
        return str(version)

    def _require_whole(
        self, connection: duckdb.DuckDBPyConnection, version: str
    ) -> None:
        file = self._home / "versions" / version / "manifest.json"
        try:
            expected: dict[str, int] = json.loads(file.read_text())["rows"]
        except (OSError, ValueError) as error:
            raise Half(f"manifest of {version}: {error}") from error
        there = set(self._ask(connection, TABLES))
        if there != set(expected):
            raise Half(f"{version}: tables {sorted(there ^ set(expected))}")
        counted = " union all ".join(
            f"select '{table}=' || count(*) from {table}" for table in sorted(there)
        )
        wrong = set(self._ask(connection, counted)) - {
            f"{table}={count}" for table, count in expected.items()
        }
        if wrong:
            raise Half(f"{version}: {sorted(wrong)}")

    def _ask(self, connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
        self.seen.counts["queries"] += 1
        return [row[0] for row in connection.execute(query).fetchall()]


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file as a tool does."""
    return duckdb.connect(str(path), read_only=True, config=CONFIG)


def read_until_told(home: Path, counts: Path, kind: str, pause: float) -> None:
    """Look again and again until SIGTERM; keep what was seen in a file."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    reader, written = Reader(home, kind), 0.0
    while not stopped:
        reader.look()
        if time.monotonic() - written > 1:
            write_counts(counts, reader.seen)
            written = time.monotonic()
        time.sleep(pause)
    write_counts(counts, reader.seen)


def write_counts(file: Path, seen: Seen) -> None:
    """Replace the file in one step."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(json.dumps(seen.as_json()))
    fresh.replace(file)


class Readers:
    """Several reader processes."""

    def __init__(self, processes: list["subprocess.Popen[bytes]"], scratch: Path):
        self._processes = processes
        self._scratch = scratch

    def died(self) -> list[int]:
        """Exit statuses of readers that ended before they were told to."""
        codes = (process.poll() for process in self._processes)
        return [code for code in codes if code is not None]

    def seen(self) -> Seen:
        """Add up what they wrote."""
        total = Seen()
        for file in sorted(self._scratch.glob("reader_*.json")):
            total.add(Seen.of_json(json.loads(file.read_text())))
        return total

    def stop(self) -> Seen:
        """End them; return all they saw. A reader that died counts as an error."""
        died = self.died()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=60)
        seen = self.seen()
        for code in died:
            seen.counts["errors"] += 1
            seen.messages[f"errors: a reader ended with {code}"] += 1
        return seen


@contextmanager
def readers(
    home: Path, scratch: Path, count: int = 8, pause: float = 0.05
) -> Iterator[Readers]:
    """Let readers of all kinds read the home; something must be published in it."""
    scratch.mkdir(parents=True, exist_ok=True)
    for file in scratch.glob("reader_*.json"):
        file.unlink()
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                __file__,
                str(home),
                str(scratch / f"reader_{number}.json"),
                KINDS[number % len(KINDS)],
                str(pause),
            ]
        )
        for number in range(count)
    ]
    try:
        yield Readers(processes, scratch)
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    read_until_told(
        Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    )
