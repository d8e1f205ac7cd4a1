"""The two lists by hand: pairs of customer records that are one person, or never are.

They are seeds (identity_always_merge.csv, identity_never_merge.csv) that people edit;
here they are read, and accepted candidates are added below what stands there. What a
pair does to a person is decided in the identity models.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "source_system",
    "source_customer_id",
    "other_source_system",
    "other_source_customer_id",
    "reason",
)


class MergeListError(Exception):
    """A list cannot be read, told in a sentence for a person."""


@dataclass(frozen=True, order=True)
class RecordName:
    """What a customer record is called: its source system and its id there."""

    source_system: str
    source_customer_id: str


@dataclass(frozen=True, order=True)
class RecordPair:
    """Two customer records; which of them is `one` means nothing."""

    one: RecordName
    other: RecordName

    @classmethod
    def of(cls, first: RecordName, second: RecordName) -> "RecordPair":
        """Make the same pair whatever the order of the two."""
        return cls(min(first, second), max(first, second))


def read_pairs(file: Path) -> set[RecordPair]:
    """Return the pairs of a list; raise MergeListError where a line is not one."""
    rows = csv.reader(io.StringIO(_text(file), newline=""))
    if tuple(next(rows, ())) != COLUMNS:
        raise MergeListError(f"{file} must begin with the line {','.join(COLUMNS)}.")
    pairs = set()
    for row in rows:
        if not row:
            continue
        if len(row) != len(COLUMNS):
            raise MergeListError(
                f"{file}, line {rows.line_num}: expected {len(COLUMNS)} values,"
                f" found {len(row)}."
            )
        one, other = RecordName(row[0], row[1]), RecordName(row[2], row[3])
        pairs.add(RecordPair.of(one, other))
    return pairs


def add_pairs(file: Path, reasons: Iterable[tuple[RecordPair, str]]) -> int:
    """Add pairs with their reasons in order, none twice; return how many are new.

    What stands in the file stays as it is, so that deleting the new lines undoes it.
    """
    known = read_pairs(file)
    added = io.StringIO()
    writer = csv.writer(added, lineterminator="\n")
    count = 0
    for pair, reason in sorted(reasons):
        if pair in known:
            continue
        known.add(pair)
        count += 1
        writer.writerow(
            [
                pair.one.source_system,
                pair.one.source_customer_id,
                pair.other.source_system,
                pair.other.source_customer_id,
                reason,
            ]
        )
    before = _text(file)
    gap = "" if before.endswith("\n") else "\n"
    unfinished = file.with_name(f".{file.name}")
    unfinished.write_text(before + gap + added.getvalue(), encoding="utf-8")
    unfinished.chmod(file.stat().st_mode)
    unfinished.replace(file)
    return count


def _text(file: Path) -> str:
    try:
        # newline="" would keep a \r\n that a spreadsheet wrote, and csv reads both
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MergeListError(f"{file} cannot be read: {error}.") from error
