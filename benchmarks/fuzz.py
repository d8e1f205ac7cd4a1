"""Draw landings from the contract, build each, and hold it to the properties.

`make fuzz N=500` goes on where it was left; AGAIN=1 begins anew. Every landing must
publish (tests/support/properties.py); every second one is changed in one way too, and
every twentieth is built by dbt itself and compared with the warm process. A fault is
shrunk and left in `target/fuzz/<number>/`, with its landing folder and what it says.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.dbt.dbt_project import PARSED
from orchestration.store.checksums import files_checksum
from tests.support.builds import build
from tests.support.cells import differences, public_cells
from tests.support.compiled import Warehouse
from tests.support.drawing import SETTINGS, Choice, Drawn, drawn
from tests.support.properties import built, other_properties, publishes, shrunk
from tests.support.refreshes import PROJECT

LEFT_IN = PROJECT / "target" / "fuzz"
CHANGED_EVERY = 2
BY_DBT_EVERY = 20
SHRINK_SECONDS = 300


@dataclass
class Done:
    """How far it is; kept between runs of one state of the project."""

    project: str
    next_number: int = 0
    landings: int = 0
    rows: int = 0
    faults: int = 0


def main() -> int:
    """Draw until the number is reached; 1 where any landing showed a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--landings", type=int, default=500)
    parser.add_argument("--first", type=int)
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    done = _begun(given.again)
    if given.first is not None:
        done.next_number = given.first
    warehouses: dict[int, Warehouse] = {}
    started = time.monotonic()
    while done.landings < given.landings:
        number = done.next_number
        choice = Choice.numbered(number)
        known = choice.settings_number
        if known not in warehouses:
            warehouses[known] = Warehouse(**SETTINGS[known])
        rows, faults = _tried(warehouses[known], number, choice)
        done.next_number += 1
        done.landings += 1
        done.rows += rows
        done.faults += bool(faults)
        (LEFT_IN / "progress.json").write_text(json.dumps(asdict(done)))
        if faults:
            print(f"{number}: {choice.told()}", *faults[:5], sep="\n  ", flush=True)
            print(f"  left in {LEFT_IN / str(number)}", flush=True)
        elif sys.stderr.isatty():
            print(f"\r{done.landings} of {given.landings}", end="", file=sys.stderr)
    print(
        f"{done.landings:,} landings, {done.rows:,} rows, {done.faults:,} with faults"
        f" ({time.monotonic() - started:,.0f} s)"
    )
    return 1 if done.faults else 0


def _begun(again: bool) -> Done:
    LEFT_IN.mkdir(parents=True, exist_ok=True)
    project = files_checksum(PROJECT, (*PARSED, "orchestration", "tests/support"))
    file = LEFT_IN / "progress.json"
    if file.exists() and not again:
        known = Done(**json.loads(file.read_text()))
        if known.project == project:
            return known
        print("The project has changed since: it begins anew.", file=sys.stderr)
    return Done(project)


def _tried(warehouse: Warehouse, number: int, choice: Choice) -> tuple[int, list[str]]:
    landing = drawn(choice)
    # a fault that was found before is not said to be there still
    shutil.rmtree(LEFT_IN / str(number), ignore_errors=True)
    names = ["publishes"]
    if number % CHANGED_EVERY == 0:
        others = list(other_properties(landing.settings))
        names.append(others[number // CHANGED_EVERY % len(others)])
    if number % BY_DBT_EVERY == 0:
        names.append("built_by_dbt")
    for name in names:
        faults = _faults(warehouse, name, landing)
        if faults:
            _leave(warehouse, number, choice, name, landing, faults)
            return landing.row_count, [name, *faults]
    return landing.row_count, []


def _faults(warehouse: Warehouse, name: str, landing: Drawn) -> list[str]:
    tried = {"publishes": publishes, "built_by_dbt": _by_dbt, **other_properties()}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            return tried[name](warehouse, landing, Path(folder))
        except Exception:
            # whatever goes wrong is a fault, and goes on being shrunk
            return [traceback.format_exc()]


def _by_dbt(warehouse: Warehouse, landing: Drawn, folder: Path) -> list[str]:
    """What dbt builds of the landing has the cells of the warm process."""
    written = landing.write(folder / "landing")
    expected = built(warehouse, written, landing.as_of_date, tests=False).cells()
    settings = {key.upper(): _plain(value) for key, value in landing.settings.items()}
    day = landing.as_of_date.isoformat() if landing.as_of_date else ""
    database = build(written, folder / "built", as_of_date=day, **settings)
    return differences(expected, public_cells(database, trace=False))


def _plain(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _leave(
    warehouse: Warehouse,
    number: int,
    choice: Choice,
    name: str,
    landing: Drawn,
    faults: list[str],
) -> None:
    print(f"{number}: {name}: {faults[0][:500]}\n  is being shrunk", flush=True)
    until = time.monotonic() + SHRINK_SECONDS

    def is_faulty(fewer: Drawn) -> bool:
        if time.monotonic() > until:
            return False
        found = _faults(warehouse, name, fewer)
        # the same fault, not another that a smaller landing shows
        return bool(found) and found[0][:60] == faults[0][:60]

    small = landing
    if name != "built_by_dbt":
        small = shrunk(landing, is_faulty)
    folder = LEFT_IN / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    (small.worded() if name == "publishes" else small).write(folder / "landing")
    day = f" --as-of {small.as_of_date}" if small.as_of_date else ""
    told = "".join(
        f" --set {key}={_plain(value)}" for key, value in small.settings.items()
    )
    (folder / "fault.txt").write_text(
        "\n".join(
            [
                f"number {number}: {choice.told()}",
                f"property {name}",
                "python -m tests.support.compiled"
                f" {folder.relative_to(PROJECT)}/landing{day}{told}",
                "",
                *faults,
                "",
            ]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
