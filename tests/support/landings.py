"""Landing folders made of others, or of a few rows.

Belongs here: reading and writing the records of landing files. Building is in `builds`.
"""

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

Record = dict[str, str]


def landing_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file of a landing folder with the table it brings rows of, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("_"):
            yield path.relative_to(folder).parts[0].split(".")[0], path


def records_of(path: Path) -> list[Record]:
    """The readable records of a landing file, without those cut short."""
    if path.suffix == ".jsonl":
        return [
            r for line in path.read_text("utf-8").splitlines() if (r := _json(line))
        ]
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    header, *rows = list(csv.reader(lines))
    return [
        dict(zip((h.strip().lower() for h in header), row, strict=True))
        for row in rows
        if len(row) == len(header)
    ]


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write records as JSON lines; no file where there are none."""
    lines = "".join(json.dumps(record) + "\n" for record in records)
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines, encoding="utf-8")


def write_tables(folder: Path, **tables: Iterable[Mapping[str, object]]) -> Path:
    """Write `<table>.csv` for every table of rows by column; None is an empty cell.

    The header holds the columns of all rows, in the order in which they first come.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table, given in tables.items():
        rows = list(given)
        names = dict.fromkeys(name for row in rows for name in row)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(names), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _json(line: str) -> Record | None:
    try:
        record: Record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record


ONE_ORDER = "order_id,ordered_at,status,gross_amount\n1,2025-01-01,paid,9.50\n"


def landing_of_one_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing folder with one order, named by the environment; nothing else is."""
    for name in [name for name in os.environ if name.startswith("CUSTOMER360_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "landing"
    (folder / "orders").mkdir(parents=True)
    (folder / "orders" / "a.csv").write_text(ONE_ORDER)
    monkeypatch.setenv("CUSTOMER360_LANDING", str(folder))
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    return folder
