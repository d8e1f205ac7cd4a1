"""The lookups that a company keeps by hand: does each of them make sense?

Asked before anything is built, at the begin of a refresh and by every dbt command
(`lookups_plugin`), of `seeds/lookups/*.csv` and by the rules in `rules.toml` beside
them. What is wrong is told with file, line, column and value. What dbt itself can test
of a lookup stands in its YAML too, for who reads there.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.landing.contract import ContractError

FOLDER = Path("seeds") / "lookups"
RULES = "rules.toml"
SHOWN_FAULTS = 10
SCORES = range(1, 6)


class LookupsMakeNoSense(ContractError):
    """A lookup says what cannot be meant; told with file, line, column and value."""


@dataclass(frozen=True)
class Line:
    """One row of a lookup, and the line of the file on which it ends."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Lookup:
    """One lookup as it lies there."""

    name: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def require_sense(project_dir: Path) -> None:
    """Raise LookupsMakeNoSense where a lookup of the project is not what it can be."""
    faults = list(faults_of(project_dir / FOLDER))
    if faults:
        more = len(faults) - SHOWN_FAULTS
        rest = [f"… and {more} more"] if more > 0 else []
        raise LookupsMakeNoSense(
            "\n".join(
                [
                    "Lookups say what cannot be meant; nothing was built:",
                    *faults[:SHOWN_FAULTS],
                    *rest,
                ]
            )
        )


def faults_of(folder: Path) -> Iterator[str]:
    """Yield a sentence for each fault; nothing where there are no lookups."""
    if not (folder / RULES).is_file():
        return
    rules = tomllib.loads((folder / RULES).read_text(encoding="utf-8"))
    lookups: dict[str, Lookup] = {}
    for name in rules:
        if (folder / f"{name}.csv").is_file():
            read = _read(folder / f"{name}.csv")
            if isinstance(read, str):
                yield f"{FOLDER.as_posix()}/{name}.csv, {read}"
            else:
                lookups[name] = read
    for name, lookup in lookups.items():
        for where, what in _faults(lookup, rules[name], lookups):
            yield f"{FOLDER.as_posix()}/{name}.csv, {where}: {what}"


Fault = tuple[str, str]


def _read(file: Path) -> Lookup | str:
    """Return a lookup, or why it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            header = tuple(next(reader, ()))
            lines = []
            for cells in filter(None, reader):
                if len(cells) != len(header):
                    return (
                        f"line {reader.line_num}: {len(cells)} cells, and the header"
                        f" has {len(header)}; put a text with a comma into quotes"
                    )
                row = dict(zip(header, cells, strict=True))
                lines.append(Line(reader.line_num, row))
    except UnicodeDecodeError as error:
        return f"byte {error.start}: it is no UTF-8; save it as CSV UTF-8"
    except csv.Error as error:
        return f"line {reader.line_num}: {error}"
    return Lookup(file.stem, header, tuple(lines))


def _faults(
    lookup: Lookup, rules: Mapping[str, Any], lookups: Mapping[str, Lookup]
) -> Iterator[Fault]:
    columns: Mapping[str, Mapping[str, Any]] = rules["columns"]
    odd = [n for n in columns if n not in lookup.header]
    odd += [n for n in lookup.header if n not in columns]
    if odd or len({*lookup.header}) != len(lookup.header):
        yield "line 1", f"its columns are to be {', '.join(columns)}"
        return
    cells = [f for line in lookup.lines for f in _cell_faults(line, columns, lookups)]
    yield from cells
    if cells:
        # what is told of rows needs cells that can be read
        return
    for key in rules.get("unique", ()):
        yield from _repeated(lookup, key)
    for lower, upper in rules.get("not_above", ()):
        yield from _turned(lookup, columns, lower, upper)
    for order in rules.get("rising", ()):
        yield from _falling(lookup, columns, order)
    if "spans" in rules:
        yield from _overlapping(lookup, **rules["spans"])
    if "scores" in rules:
        yield from _never_reached(lookup, rules["scores"])
    if "apart_from" in rules:
        yield from _in_both(lookup, lookups.get(rules["apart_from"]))


# --- cells ---------------------------------------------------------------------------


def _cell_faults(
    line: Line, columns: Mapping[str, Mapping[str, Any]], lookups: Mapping[str, Lookup]
) -> Iterator[Fault]:
    for name, rule in columns.items():
        value, where = line.cells[name], f"line {line.number}, column {name}"
        if value != value.strip():
            yield where, f"{value!r} has blanks around it"
        elif not value and not rule.get("optional"):
            yield where, "is empty"
        elif value and not KINDS[rule["kind"]].fits(value):
            yield where, f"{value!r} is no {KINDS[rule['kind']].name}"
        elif value and not _is_within(value, rule):
            least, most = rule.get("least", "…"), rule.get("most", "…")
            yield where, f"{value!r} is not within {least} and {most}"
        elif value and "among" in rule and value not in rule["among"]:
            yield where, f"{value!r} is none of {', '.join(rule['among'])}"
        elif value and "of" in rule and not _is_of(value, rule["of"], lookups):
            yield where, f"{value!r} is not in {rule['of']} ({FOLDER.as_posix()})"


def _is_within(value: str, rule: Mapping[str, Any]) -> bool:
    if "least" not in rule and "most" not in rule:
        return True
    number = float(value)
    return bool(
        rule.get("least", number) <= number and number <= rule.get("most", number)
    )


def _is_of(value: str, column: str, lookups: Mapping[str, Lookup]) -> bool:
    table, _, name = column.partition(".")
    if table not in lookups or name not in lookups[table].header:
        # told of that one
        return True
    return any(line.cells[name] == value for line in lookups[table].lines)


@dataclass(frozen=True)
class Kind:
    """What a cell may hold, and how a person calls it."""

    name: str
    fits: Callable[[str], bool]


def _is_like(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern)
    return lambda value: found.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


KINDS = {
    "text": Kind("text", lambda value: True),
    "lower": Kind("word in lower case", lambda value: value == value.lower()),
    "country": Kind("country code of two capitals (ISO 3166-1)", _is_like("[A-Z]{2}")),
    "currency": Kind(
        "currency code of three capitals (ISO 4217), such as EUR", _is_like("[A-Z]{3}")
    ),
    "language": Kind(
        "language tag (BCP 47), such as de-AT", _is_like("[a-z]{2,3}(-[A-Za-z0-9]+)*")
    ),
    "zone": Kind("known time zone, such as Europe/Vienna", _is_zone),
    "time": Kind(
        "time of day, such as 09:00", _is_like("([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
    ),
    "date": Kind("day, such as 2026-01-31", _is_date),
    "digits": Kind("row of digits", _is_like("[0-9]+")),
    "weekdays": Kind(
        "list of ISO weekdays from 1 to 7, each once, such as 1;2;3",
        lambda value: (
            _is_like("[1-7](;[1-7])*")(value)
            and len({*value.split(";")}) == len(value.split(";"))
        ),
    ),
    "whole": Kind("whole number", _is_like("-?[0-9]{1,9}")),
    "number": Kind("number, such as 0.85", _is_like(r"-?[0-9]{1,15}(\.[0-9]+)?")),
    "yes_no": Kind("true or false", _is_like("true|false")),
}


# --- rows ----------------------------------------------------------------------------


def _repeated(lookup: Lookup, key: Sequence[str]) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], int] = {}
    for line in lookup.lines:
        value = tuple(line.cells[name].lower() for name in key)
        if value in seen:
            shown = ", ".join(line.cells[name] for name in key)
            where = f"line {line.number}, column {', '.join(key)}"
            yield where, f"{shown!r} stands on line {seen[value]} already"
        seen.setdefault(value, line.number)


def _as_number(columns: Mapping[str, Mapping[str, Any]], name: str, value: str) -> Any:
    is_number = columns[name]["kind"] in ("whole", "number")
    return float(value) if is_number else value


def _turned(
    lookup: Lookup, columns: Mapping[str, Mapping[str, Any]], lower: str, upper: str
) -> Iterator[Fault]:
    for line in lookup.lines:
        low, high = line.cells[lower], line.cells[upper]
        if (
            low
            and high
            and _as_number(columns, lower, low) > _as_number(columns, upper, high)
        ):
            where = f"line {line.number}, column {upper}"
            yield where, f"{high!r} lies before {lower} {low!r}"


def _falling(
    lookup: Lookup, columns: Mapping[str, Mapping[str, Any]], order: Mapping[str, str]
) -> Iterator[Fault]:
    by, name = order["by"], order["column"]
    lines = sorted(lookup.lines, key=lambda line: float(line.cells[by]))
    for before, line in pairwise(lines):
        low, high = before.cells[name], line.cells[name]
        if _as_number(columns, name, low) >= _as_number(columns, name, high):
            where = f"line {line.number}, column {name}"
            yield (
                where,
                f"{high!r} at {by} {line.cells[by]} is not above {low!r} at {by}"
                f" {before.cells[by]}",
            )


def _overlapping(lookup: Lookup, first: str, last: str) -> Iterator[Fault]:
    """Spans of whole numbers, both ends included, must follow on each other."""
    lines = sorted(lookup.lines, key=lambda line: int(line.cells[first]))
    for before, line in pairwise(lines):
        if int(line.cells[first]) != int(before.cells[last]) + 1:
            where = f"line {line.number}, column {first}"
            yield (
                where,
                f"{line.cells[first]!r} does not follow on {last}"
                f" {before.cells[last]!r} of line {before.number}",
            )


def _never_reached(lookup: Lookup, names: Sequence[str]) -> Iterator[Fault]:
    """Of rules of which the first that holds counts, each must hold for something."""
    lines = sorted(lookup.lines, key=lambda line: int(line.cells["rule_rank"]))
    open_cells = {(r, f, m) for r in SCORES for f in SCORES for m in SCORES}
    for line in lines:
        taken = {
            cell
            for cell in open_cells
            if all(
                int(line.cells[f"min_{name}"])
                <= score
                <= int(line.cells[f"max_{name}"])
                for name, score in zip(names, cell, strict=True)
            )
        }
        # the last one is there for what the others may leave
        if not taken and line is not lines[-1]:
            yield f"line {line.number}", "rules before it take all that it holds for"
        open_cells -= taken
    if open_cells:
        shown = ", ".join(map(str, min(open_cells)))
        yield (
            "last line",
            f"no rule holds for the scores {shown}; the last is to",
        )


def _in_both(lookup: Lookup, other: Lookup | None) -> Iterator[Fault]:
    """Pairs of records must not be listed here and there, whichever comes first."""

    def pair(line: Line) -> frozenset[tuple[str, str]]:
        cells = line.cells
        return frozenset(
            {
                (cells["source_system"], cells["source_customer_id"]),
                (cells["other_source_system"], cells["other_source_customer_id"]),
            }
        )

    listed = {pair(line): line.number for line in other.lines} if other else {}
    for line in lookup.lines:
        if len(pair(line)) == 1:
            yield f"line {line.number}", "a record is paired with itself"
        if other is not None and pair(line) in listed:
            yield (
                f"line {line.number}",
                f"the same two stand on line {listed[pair(line)]} of {other.name}.csv",
            )
