"""Refreshes disturbed hundreds of times while readers read: the proofs at length.

    python -m benchmarks.chaos --kills 200 --full 20

Each round starts a refresh, does something to it at a seeded random moment of a seeded
random step, looks at what readers see, and refreshes undisturbed once more, which must
publish all that has landed: after every round, not every k-th. Eight readers in
processes of their own query the published version all the while. Rounds:

- kill: kill -9 of the whole process group; `--kills` of them, of which `--full` strike
  the real command on the whole demo, the others forked refreshes of a project of few
  models (tests/chaos/project);
- others (`--others` of each, few models): term (SIGTERM), disk (the disk fills up),
  moving (a landing file grows while it is read), two and five (that many refreshes at
  once), clock (it jumps).

What was done stands in `<folder>/progress.json` after every round: the same command
goes on where it was cut. `--again` begins anew.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.chaos import (
    STOP_WITHIN_SECONDS,
    Ballast,
    Round,
    Running,
    Stage,
    disturbed,
    faults_seen,
    followed_up,
    growing_file,
    is_lock_free,
    last_step,
    small_disk,
)
from tests.support.readers import Readers, Seen, readers
from tests.support.refreshes import DEMO
from tests.support.small_project import small_landing, small_project
from tests.support.warm_refreshes import warm_refreshes

OTHERS = ("term", "disk", "moving", "two", "five", "clock")
DISK_MEGABYTES = 256
# versions are dropped too, but never one that a reader has just resolved
SETTINGS = {"KEEP_VERSIONS": 3, "KEEP_MINUTES": 1}


class Ledger:
    """All rounds so far and what readers saw, in a file that is always whole."""

    def __init__(self, file: Path, seed: int) -> None:
        self._file = file
        self.seed = seed
        self.rounds: list[dict[str, Any]] = []
        self.seen: dict[str, Seen] = {}
        if file.exists():
            told = json.loads(file.read_text())
            self.seed = told["seed"]
            self.rounds = told["rounds"]
            self.seen = {k: Seen.of_json(v) for k, v in told["readers"].items()}

    def done(self, kind: str) -> int:
        """How many rounds of a kind hit a refresh at work."""
        return sum(r["kind"] == kind and r["is_hit"] for r in self.rounds)

    def tried(self, kind: str) -> int:
        """How many rounds of a kind there were, with those that came too late."""
        return sum(r["kind"] == kind for r in self.rounds)

    def add(self, kind: str, outcome: Round, stage: str, seen: Seen) -> None:
        """Keep a round, and what readers of this session saw."""
        self.rounds.append({"kind": kind, **asdict(outcome)})
        before = self.seen.get(stage, Seen())
        total = Seen(before.counts.copy(), before.messages.copy(), set(before.versions))
        total.add(seen)
        self._write({**self.seen, stage: total})

    def close(self, stage: str, seen: Seen) -> None:
        """Keep what readers saw until their end."""
        self.seen.setdefault(stage, Seen()).add(seen)
        self._write(self.seen)

    def _write(self, seen: dict[str, Seen]) -> None:
        told = {
            "seed": self.seed,
            "rounds": self.rounds,
            "readers": {name: one.as_json() for name, one in seen.items()},
        }
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(json.dumps(told, indent=1))
        fresh.replace(self._file)


def kill_round(stage: Stage, number: int, chance: random.Random) -> Round:
    """Kill -9 of the process group."""
    outcome = disturbed(stage, number, chance, lambda refresh: refresh.kill())
    if outcome.code not in (0, -signal.SIGKILL):
        outcome.faults.append(f"ended with {outcome.code}: {outcome.said}")
    return outcome


def term_round(stage: Stage, number: int, chance: random.Random) -> Round:
    """SIGTERM: ends cleanly, soon, and says so."""

    def terminate(refresh: Running) -> None:
        # it may have ended by itself meanwhile
        with suppress(ProcessLookupError):
            os.kill(refresh.pid, signal.SIGTERM)

    outcome = disturbed(stage, number, chance, terminate)
    if outcome.code not in (0, 128 + signal.SIGTERM):
        outcome.faults.append(f"ended with {outcome.code}: {outcome.said}")
    if outcome.end_seconds > STOP_WITHIN_SECONDS:
        outcome.faults.append(f"took {outcome.end_seconds} s to stop")
    if not is_lock_free(stage.home):
        outcome.faults.append("the lock is still held")
    told = stage.journal()[-1]["outcome"]
    if outcome.is_hit and not outcome.is_flipped and told != "stopped":
        outcome.faults.append(f"the journal says {told}")
    return outcome


def disk_round(stage: Stage, number: int, chance: random.Random) -> Round:
    """The disk fills up to a last few bytes, perhaps none."""
    ballast = Ballast(stage.home.parent)
    left = chance.choice([0, 4096, chance.randrange(2_000_000)])
    try:
        outcome = disturbed(stage, number, chance, lambda r: ballast.leave(left))
    finally:
        ballast.take_away()
    if outcome.code not in (0, 1):
        outcome.faults.append(f"ended with {outcome.code}: {outcome.said}")
    if outcome.code == 1 and "Not refreshed." not in outcome.said:
        outcome.faults.append(f"said nothing: {outcome.said}")
    # what publishes after all had room enough
    outcome.is_hit = outcome.is_hit or outcome.code == 0
    return outcome


def moving_round(stage: Stage, number: int, chance: random.Random) -> Round:
    """A landing file grows while it is read."""
    outcome = Round(number, "landing", 0.0, is_hit=True)
    before, known = stage.current, set((stage.home / "logs").glob("2*.log"))
    with growing_file(stage.landing, rows=chance.randrange(2000, 20_000)):
        time.sleep(chance.random() / 2)
        refresh = stage.start()
        outcome.code = refresh.wait()
    outcome.step, outcome.said = last_step(stage.home, known), refresh.said[-2000:]
    outcome.is_flipped = stage.current != before
    if outcome.code and "the file changed while it was read" not in outcome.said:
        outcome.faults.append(f"said: {outcome.said}")
    outcome.faults += faults_seen(stage.home)
    return outcome


def at_once(count: int) -> Callable[[Stage, int, random.Random], Round]:
    """Several refreshes at once; in every second round they wait for each other."""

    def round_of_many(stage: Stage, number: int, chance: random.Random) -> Round:
        outcome = Round(number, "begin", 0.0, is_hit=True)
        waiting = 300 if number % 2 else 0
        stage.land()
        started = []
        for _ in range(count):
            started.append(stage.start(LOCK_WAIT_SECONDS=waiting))
            time.sleep(chance.random() * 0.05)
        codes = Counter(refresh.wait(600) for refresh in started)
        expected = {0: count} if waiting else {0: 1, 1: count - 1}
        if codes != expected:
            outcome.faults.append(f"exit codes {dict(codes)}")
        for refresh in started:
            if refresh.poll() == 1 and "Another refresh (" not in refresh.said:
                outcome.faults.append(f"said: {refresh.said}")
        outcome.faults += faults_seen(stage.home)
        return outcome

    return round_of_many


def clock_round(stage: Stage, number: int, chance: random.Random) -> Round:
    """The clock jumps days or years, forwards or back."""
    outcome = Round(number, "begin", 0.0, is_hit=True)
    days = chance.choice([-4000, -365, -1, 1, 365, 4000]) * chance.random()
    now = datetime.now(UTC) + timedelta(days=days)
    before = stage.current
    stage.land()
    refresh = stage.start({"clock": now.isoformat()})
    outcome.code, outcome.said = refresh.wait(), refresh.said[-2000:]
    if outcome.code:
        outcome.faults.append(f"ended with {outcome.code}: {outcome.said}")
    elif not (before or "") < (stage.current or ""):
        outcome.faults.append(f"{stage.current} came after {before}")
    outcome.faults += faults_seen(stage.home)
    return outcome


ROUNDS: dict[str, Callable[[Stage, int, random.Random], Round]] = {
    "kill": kill_round,
    "kill-full": kill_round,
    "term": term_round,
    "disk": disk_round,
    "moving": moving_round,
    "two": at_once(2),
    "five": at_once(5),
    "clock": clock_round,
}


def run_rounds(
    ledger: Ledger, stage: Stage, name: str, wanted: dict[str, int], folder: Path
) -> None:
    """Do the rounds that are missing on one stage while readers read."""
    if all(ledger.done(kind) >= count for kind, count in wanted.items()):
        return
    if stage.current is None:
        stage.publish()
    else:
        heal(stage)
    with readers(stage.home, folder / f"readers_{name}", pause=0.2) as reading:
        try:
            for kind, count in wanted.items():
                while ledger.done(kind) < count:
                    one_round(ledger, stage, name, kind, reading)
        finally:
            ledger.close(name, reading.stop())


def heal(stage: Stage) -> None:
    """Publish after a session that was cut: its last round was not judged."""
    stage.land()
    stage.publish()


def one_round(
    ledger: Ledger, stage: Stage, name: str, kind: str, reading: Readers
) -> None:
    """Do one round and tell of it."""
    number = ledger.tried(kind)
    chance = random.Random(f"{ledger.seed}/{kind}/{number}")
    outcome = followed_up(stage, ROUNDS[kind](stage, number, chance))
    ledger.add(kind, outcome, name, reading.seen())
    hit = "hit" if outcome.is_hit else "too late"
    flipped = ", already published" if outcome.is_flipped else ""
    print(
        f"{kind} {number + 1}: {hit} in {outcome.step or outcome.planned_step}"
        f"{flipped}, ended with {outcome.code} after {outcome.end_seconds:.1f} s,"
        f" next {outcome.next_seconds:.1f} s"
        + "".join(f"\n  FAULT {fault}" for fault in outcome.faults),
        flush=True,
    )


@contextmanager
def stages(folder: Path, kinds: set[str]) -> Iterator[dict[str, Stage]]:
    """Set up what is needed: small, disk and full stages."""
    with ExitStack() as stack:
        found: dict[str, Stage] = {}
        if kinds - {"kill-full"}:
            project = folder / "project"
            shutil.rmtree(project, ignore_errors=True)
            small_project(project)
            warm = stack.enter_context(warm_refreshes(project, folder / "output"))
            landing = folder / "small_landing"
            if not landing.exists():
                small_landing(landing)
            home = folder / "small_home"
            found["small"] = Stage.warm(warm, home, landing, **SETTINGS)
        if "disk" in kinds:
            disk = stack.enter_context(small_disk(folder / "disk", DISK_MEGABYTES))
            landing = small_landing(disk / "landing")
            found["disk"] = Stage.warm(warm, disk / "home", landing, **SETTINGS)
        if "kill-full" in kinds:
            landing = folder / "full_landing"
            if not landing.exists():
                shutil.copytree(DEMO, landing)
            home = folder / "full_home"
            found["full"] = Stage.cold(home, landing, folder / "output", **SETTINGS)
        yield found


def report(ledger: Ledger) -> bool:
    """Print the counts; return whether all held."""
    titles = (
        "done",
        "late",
        "flipped",
        "refused",
        "next failed",
        "left over",
        "faults",
    )
    print(f"\n{'':<10}" + "".join(f"{title:>12}" for title in titles))
    for kind in ROUNDS:
        rounds = [one for one in ledger.rounds if one["kind"] == kind]
        if rounds:
            counts = counts_of(rounds)
            print(f"{kind:<10}" + "".join(f"{count:>12}" for count in counts))
    for kind in ("kill", "kill-full", "term", "disk"):
        steps = Counter(
            one["step"]
            for one in ledger.rounds
            if one["kind"] == kind and one["is_hit"]
        )
        if steps:
            told = ", ".join(f"{step} {count}" for step, count in steps.most_common())
            print(f"{kind} by step: {told}")
    ends = [one["end_seconds"] for one in ledger.rounds if one["kind"] == "term"]
    if ends:
        print(f"slowest end after SIGTERM: {max(ends):.2f} s")
    for name, seen in ledger.seen.items():
        report_readers(name, seen)
    faults = [fault for one in ledger.rounds for fault in one["faults"]]
    return not faults and not any(seen.faults for seen in ledger.seen.values())


def counts_of(rounds: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the figures of one kind of round, in the order of the report."""
    done = sum(one["is_hit"] for one in rounds)
    return (
        done,
        len(rounds) - done,
        sum(one["is_flipped"] for one in rounds),
        sum(one["code"] == 1 for one in rounds),
        sum(one["next_code"] != 0 for one in rounds),
        sum(len(one["leftovers"]) for one in rounds),
        sum(len(one["faults"]) for one in rounds),
    )


def report_readers(name: str, seen: Seen) -> None:
    """Print what the readers of a stage saw."""
    counts = seen.counts
    print(
        f"readers of {name}: {counts['looks']:,} looks, {counts['queries']:,} queries,"
        f" {len(seen.versions)} versions; {counts['errors']} errors,"
        f" {counts['mixed']} mixed, {counts['half']} half versions"
    )
    for message, count in seen.messages.most_common(5):
        print(f"  {count} x {message}")


def main() -> int:
    """Do what is missing; print the counts; return 1 where anything did not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--full", type=int, help="default: a tenth of the kills")
    parser.add_argument("--others", type=int, help="default: a tenth of the kills")
    parser.add_argument("--folder", type=Path, default=Path(".bench/chaos"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    folder = given.folder.resolve()
    if given.again:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "progress.json", given.seed)
    full = given.kills // 10 if given.full is None else given.full
    others = given.kills // 10 if given.others is None else given.others
    wanted = {
        "small": {"kill": given.kills - full, **dict.fromkeys(OTHERS, others)},
        "disk": {"disk": others},
        "full": {"kill-full": full},
    }
    del wanted["small"]["disk"]
    missing = {
        kind
        for kinds in wanted.values()
        for kind, count in kinds.items()
        if ledger.done(kind) < count
    }
    try:
        with stages(folder, missing) as found:
            for name, stage in found.items():
                run_rounds(ledger, stage, name, wanted[name], folder)
    except PermissionError as error:
        print(f"Left out: disk ({error})")
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.")
    holds = report(ledger)
    print("All held." if holds else "NOT all held; see progress.json.")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
