"""Who is one person: the rules and the probabilistic step against known truth.

`make bench-identity-truth` lands a truth set in a folder of its own, resolves it as a
refresh does, and prints precision, recall and F1 over pairs of records: for the rules
alone, and with the candidates of the probabilistic step joined from a threshold on.
Three sets: `fake_1000` (Splink's; ../shared/data), `demo` and `households` (invented).
Any other file goes by `--file`, `--person` and `--columns`:

    make bench-identity-truth ARGS="--file people.csv --person cluster
        --columns customer_id=id full_name=first_name+surname birth_date=dob"
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks import households
from orchestration.identity.candidates import Candidate
from orchestration.identity.matching import find_candidates, is_installed
from orchestration.identity.merge_lists import RecordName

PROJECT = Path(__file__).resolve().parents[1]
FAKE_1000 = PROJECT / "../shared/data/identity_fake_1000/fake_1000.csv"
FAKE_1000_COLUMNS = {
    "customer_id": "unique_id",
    "full_name": "first_name+surname",
    "birth_date": "dob",
    "city": "city",
    "email": "email",
}
FAKE_1000_PERSON = "cluster"
SETS = ("fake_1000", "demo", "households")
THRESHOLDS = (0.5, 0.9, 0.95, 0.99)
CREATED_AT = "2025-01-01T00:00:00Z"

People = Mapping[RecordName, str]


@dataclass(frozen=True)
class Score:
    """How well groups tell who is one person, over pairs of records."""

    found_pairs: int
    right_pairs: int
    true_pairs: int

    @property
    def precision(self) -> float:
        """Share of the pairs found that are right; 1 where none was found."""
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 where there is none."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(found: People, truth: People) -> Score:
    """Compare two ways to say who is who, over the records that both know."""
    known = found.keys() & truth.keys()
    return Score(
        found_pairs=_pair_count(found[record] for record in known),
        right_pairs=_pair_count((found[record], truth[record]) for record in known),
        true_pairs=_pair_count(truth[record] for record in known),
    )


def _pair_count(groups: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def map_file(
    file: Path, columns: Mapping[str, str], person: str, landing: Path
) -> dict[RecordName, str]:
    """Bring a truth set into the form of the landing contract; return the truth.

    `columns` says for a column of the contract which columns of the file make it, with
    `+` between; `person` is the column that names the person.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    land_customers(
        landing,
        [
            {
                name: " ".join(filter(None, (row[part] for part in parts.split("+"))))
                for name, parts in columns.items()
            }
            for row in rows
        ],
    )
    return {
        RecordName("main", row[columns["customer_id"]]): row[person] for row in rows
    }


def map_households(landing: Path) -> dict[RecordName, str]:
    """Land the invented households; return the truth."""
    records = households.records()
    customers = []
    for number, record in enumerate(records, start=1):
        customer = {"customer_id": str(number), **asdict(record)}
        del customer["person"]
        customers.append(customer)
    land_customers(landing, customers)
    return {
        RecordName("main", str(number)): record.person
        for number, record in enumerate(records, start=1)
    }


def map_demo(landing: Path) -> dict[RecordName, str]:
    """Land the demo as it is; return the truth that it was made from."""
    shutil.copytree(PROJECT / "seeds/demo", landing)
    truth = PROJECT / "seeds/demo_truth/people.csv"
    with truth.open(encoding="utf-8", newline="") as stream:
        return {
            RecordName(row["source_system"], row["customer_id"]): row["person_id"]
            for row in csv.DictReader(stream)
        }


def land_customers(landing: Path, customers: Sequence[Mapping[str, str]]) -> None:
    """Write customers.csv, and one order, without which there is no day to look at."""
    landing.mkdir(parents=True)
    columns = [*customers[0], "created_at"]
    with (landing / "customers.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows({**row, "created_at": CREATED_AT} for row in customers)
    (landing / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,gross_amount\n"
        f"1,{customers[0]['customer_id']},2025-06-01T12:00:00Z,completed,10.00\n"
    )


def resolve(landing: Path, folder: Path, python: Path) -> Path:
    """Land and resolve with the project's `python`; return the state database."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CUSTOMER360_")},
        "CUSTOMER360_LANDING": str(landing),
        "CUSTOMER360_BUILD_DIR": str(folder),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    dbt = [str(python.with_name("dbt")), "--quiet", "build"]
    dbt += ["--resource-type", "seed", "--resource-type", "model"]
    dbt += ["--select", "+int_customers_resolved"]
    for command in ([str(python), "-m", "orchestration.commands", "land"], dbt):
        subprocess.run(
            command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    return folder / "state.duckdb"


def resolved(state: Path) -> dict[RecordName, str]:
    """Return who is who by the rules."""
    with duckdb.connect(str(state), read_only=True) as connection:
        rows = connection.execute(
            "select source_system, source_customer_id, customer_id"
            " from intermediate.int_customers_resolved"
        ).fetchall()
    return {RecordName(system, identity): person for system, identity, person in rows}


def joined(
    found: People, candidates: Iterable[Candidate], threshold: float
) -> dict[RecordName, str]:
    """Return who is who when the candidates from a threshold on are joined, closed."""
    leader: dict[str, str] = {}

    def first_of(person: str) -> str:
        while person in leader:
            person = leader[person]
        return person

    for candidate in candidates:
        one, other = sorted(first_of(person) for person in candidate.customer_ids)
        if candidate.probability >= threshold and one != other:
            leader[other] = one
    return {record: first_of(person) for record, person in found.items()}


def report(name: str, truth: People, state: Path) -> None:
    """Print the figures of one set."""
    found = resolved(state)
    people = len({truth[record] for record in found.keys() & truth.keys()})
    print(f"\n{name}: {len(found):,} records of {people:,} people")
    print(f"{'':24s} {'pairs':>7s} {'false':>6s} {'precision':>10s}", end="")
    print(f" {'recall':>7s} {'F1':>7s}")
    _print_line("rules", score(found, truth))
    if not is_installed():
        return
    candidates = find_candidates(state, min(THRESHOLDS))
    for threshold in THRESHOLDS:
        both = joined(found, candidates, threshold)
        _print_line(f"and candidates >= {threshold:g}", score(both, truth))


def _print_line(title: str, figures: Score) -> None:
    false = figures.found_pairs - figures.right_pairs
    print(
        f"{title:24s} {figures.found_pairs:7,} {false:6,} {figures.precision:10.4f}"
        f" {figures.recall:7.4f} {figures.f1:7.4f}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of the sets that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--file", type=Path, help="a truth set of your own")
    parser.add_argument("--person", default=FAKE_1000_PERSON)
    parser.add_argument("--columns", nargs="+", metavar="COLUMN=PART+PART")
    parser.add_argument("--python", type=Path, default=PROJECT / ".venv/bin/python")
    given = parser.parse_args(arguments)
    if not is_installed():
        print("Splink is not installed: the rules alone.", file=sys.stderr)
    columns = dict(c.split("=", 1) for c in given.columns or ()) or FAKE_1000_COLUMNS
    file = given.file or FAKE_1000
    for name in [str(given.file)] if given.file else given.sets:
        if name == "fake_1000" and not FAKE_1000.exists():
            print(f"\nfake_1000: not there ({FAKE_1000})")
            continue
        with tempfile.TemporaryDirectory() as temporary:
            landing = Path(temporary) / "landing"
            if name == "demo":
                truth = map_demo(landing)
            elif name == "households":
                truth = map_households(landing)
            else:
                truth = map_file(file, columns, given.person, landing)
            report(
                name, truth, resolve(landing, Path(temporary) / "built", given.python)
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
