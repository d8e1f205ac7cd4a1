"""What a CSV file looks like where it is not read as it was meant.

Belongs here: guesses, and the lines of `formats.yml` that would make them a fact.
Nothing is read by a guess.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestration.landing.contract import Table
from orchestration.landing.discover import FoundFile
from orchestration.landing.formats import (
    DAYS,
    FORMATS_FILE,
    NUMBERS,
    PLAIN,
    TextFormat,
    lines_for,
)
from orchestration.landing.texts import (
    UTF_8,
    PlainText,
    TextFile,
    UnreadableFileError,
    bytes_of,
    told,
)

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 1000
HEADER_LINES = 20
# a file in another encoding, not one with a few broken bytes: as many unreadable rows
# as would stop the refresh anyway
MOST_BROKEN_ROWS = 20
MOST_BROKEN_SHARE = 0.01
LEAST_VALUES = 2

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_COMMA_DECIMAL = re.compile(r"[+-]?(?:\d{1,3}(?:[.' ]\d{3})+|\d+),\d+")
_POINT_DECIMAL = re.compile(r"[+-]?\d*\.\d+")
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+")
_GROUP_MARK = re.compile(r"\d([.' ])\d{3}")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"\d{4}([/.])\d{1,2}\1\d{1,2}(?!\d)")


@dataclass(frozen=True)
class _Sample:
    """The begin of a file by a delimiter: its header, and values by contract column."""

    delimiter: str
    known_count: int
    values: dict[str, list[str]]
    header_line: int


def looks_like(
    file: FoundFile,
    table: Table,
    text_file: TextFile,
    text: PlainText | None = None,
) -> str:
    """Return what a file looks like, and what to put into formats.yml; '' for nothing.

    Without `text` the file could not be read, and every hint helps. With it, only what
    makes most of its values unreadable counts.
    """
    head = _head(text_file)
    options: dict[str, str] = {}
    seen: list[str] = []
    encoding = _encoding(head) if text_file.encoding == UTF_8 else ""
    if encoding and (text is None or _is_mostly_broken(text)):
        options["encoding"] = encoding
        seen.append("in an encoding that is not UTF-8")
    lines = _lines(head, encoding or text_file.encoding)
    sample = _best_sample(lines, table, text_file.delimiter)
    if sample.delimiter != text_file.delimiter:
        options["delimiter"] = sample.delimiter
        seen.append(f"separated by {_DELIMITERS[sample.delimiter]}")
    declared = file.text_format
    needed = LEAST_VALUES if text is not None else 1
    options |= _values_look_like(sample, table, declared, needed, seen)
    if not options:
        return _header_advice(sample, lines)
    shown = _header_advice(sample, lines)
    kept = {
        name: value
        for name in ("delimiter", "decimal", "thousands", "encoding", "date_format")
        if (value := options.get(name) or _declared(declared, name))
    }
    return (
        f"{shown} The file looks {_joined(seen)}. If that is right, put these lines "
        f"into {FORMATS_FILE} in the landing folder:\n"
        f"{lines_for(file.file_path, kept)}"
    )


def not_utf8_note(file: FoundFile, text: PlainText) -> tuple[str, ...]:
    """Return what to know of the records of a readable file that are not UTF-8."""
    count = _broken_count(text)
    if not count:
        return ()
    line = lines_for(file.file_path, {"encoding": "windows-1252"})
    return (
        f"{count:,} records are not UTF-8 and unreadable. If the file is in another "
        f"encoding, say so in {FORMATS_FILE}, as for Windows-1252:\n{line}",
    )


def _declared(declared: TextFormat, name: str) -> str:
    value = str(getattr(declared, name))
    return value if value != getattr(PLAIN, name) else ""


def _joined(seen: Sequence[str]) -> str:
    return ", ".join(seen[:-1]) + (" and " if len(seen) > 1 else "") + seen[-1]


def _head(file: TextFile) -> bytes:
    """Return the begin of a file as it lies there, if possible in whole lines."""
    try:
        with told(), bytes_of(file.path, file.is_packed) as opened:
            head = opened.read(SAMPLE_BYTES)
    except UnreadableFileError:
        return b""
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1] if len(head) == SAMPLE_BYTES and end > 0 else head


def _encoding(head: bytes) -> str:
    """Return what text that is not UTF-8 is probably written in, '' for UTF-8."""
    try:
        head.decode(UTF_8)
    except UnicodeDecodeError:
        high = re.findall(rb"[\x80-\xff]+", head)
        # accents stand alone or two by two, letters of other scripts in whole words
        if sum(map(len, high)) <= 2 * len(high):
            return "windows-1252"
        return "(the one it was saved in, as gb18030, shift_jis or windows-1251)"
    return ""


def _is_mostly_broken(text: PlainText) -> bool:
    if text.reject_count <= MOST_BROKEN_ROWS:
        return False
    broken = _broken_count(text)
    share = broken / (text.record_count + text.reject_count)
    return broken > MOST_BROKEN_ROWS and share > MOST_BROKEN_SHARE


def _broken_count(text: PlainText) -> int:
    if text.rejects is None:
        return 0
    csv.field_size_limit(2**31 - 1)
    with text.rejects.open(encoding=UTF_8, newline="") as file:
        return sum(row[1].startswith("not UTF-8") for row in csv.reader(file))


def _lines(head: bytes, encoding: str) -> list[str]:
    try:
        text = head.decode(encoding, "replace")
    except LookupError:
        text = head.decode("latin-1")
    return text.removeprefix("\ufeff").splitlines(keepends=True)


def _best_sample(lines: list[str], table: Table, delimiter: str) -> _Sample:
    """Return the begin of a file by the delimiter that finds most of its columns."""
    declared = _sample(lines, table, delimiter)
    # a header that another delimiter would read has one name at most by this one
    if declared.known_count > 1:
        return declared
    samples = [
        _sample(lines, table, one) for one in dict.fromkeys((delimiter, *_DELIMITERS))
    ]
    return max(samples, key=lambda sample: sample.known_count)


def _sample(lines: list[str], table: Table, delimiter: str) -> _Sample:
    best = _Sample(delimiter, 0, {}, 0)
    for number, line in enumerate(lines[:HEADER_LINES], start=1):
        names = next(csv.reader([line], delimiter=delimiter), [])
        plain = [name.strip().lower() for name in names]
        known_count = len(set(plain) & set(table.column_names))
        if known_count > best.known_count:
            values = _columns_of(lines[number:], plain, table, delimiter)
            best = _Sample(delimiter, known_count, values, number)
    return best


def _columns_of(
    lines: list[str], names: list[str], table: Table, delimiter: str
) -> dict[str, list[str]]:
    text = io.StringIO("".join(lines[:SAMPLE_ROWS]), newline="")
    values: dict[str, list[str]] = {
        name: [] for name in names if name in table.column_names
    }
    try:
        for row in csv.reader(text, delimiter=delimiter):
            for name, value in zip(names, row, strict=False):
                if name in values and value.strip():
                    values[name].append(value.strip())
    except csv.Error:
        pass
    return values


def _values_look_like(
    sample: _Sample,
    table: Table,
    declared: TextFormat,
    needed: int,
    seen: list[str],
) -> dict[str, str]:
    """Return the options that the values of numbers and days ask for."""
    kinds = {column.name: column.data_type for column in table.columns}
    numbers = [v for name, v in sample.values.items() if kinds[name] in NUMBERS]
    days = [v for name, v in sample.values.items() if kinds[name] in DAYS]
    options: dict[str, str] = {}
    if declared.decimal == "." and not declared.thousands:
        options |= _number_options(numbers, needed, seen)
    if not declared.date_format:
        options |= _day_options(days, needed, seen)
    return options


def _number_options(
    columns: list[list[str]], needed: int, seen: list[str]
) -> dict[str, str]:
    every = [value for column in columns for value in column]
    if _is_most_of_one(columns, _COMMA_GROUPS.fullmatch, needed):
        seen.append("written with commas between thousands")
        return {"thousands": ","}
    has_points = any(map(_POINT_DECIMAL.fullmatch, every))
    if has_points or not _is_most_of_one(columns, _COMMA_DECIMAL.fullmatch, needed):
        return {}
    seen.append("written with decimal commas")
    commas = [value for value in every if _COMMA_DECIMAL.fullmatch(value)]
    marks = [mark[1] for value in commas if (mark := _GROUP_MARK.search(value))]
    return {"decimal": ",", **({"thousands": marks[0]} if marks else {})}


def _day_options(
    columns: list[list[str]], needed: int, seen: list[str]
) -> dict[str, str]:
    if _is_most_of_one(columns, _YEAR_FIRST.match, needed):
        [mark, *_] = (
            found[1]
            for column in columns
            for value in column
            if (found := _YEAR_FIRST.match(value))
        )
        return _days_seen(f"YYYY{mark}MM{mark}DD", seen)
    if not _is_most_of_one(columns, _DAY_FIRST.match, needed):
        return {}
    found_days = [
        found
        for column in columns
        for value in column
        if (found := _DAY_FIRST.match(value))
    ]
    mark = found_days[0][2]
    day_first, month_first = f"DD{mark}MM{mark}YYYY", f"MM{mark}DD{mark}YYYY"
    if any(int(found[1]) > 12 for found in found_days) or mark == ".":
        return _days_seen(day_first, seen)
    if any(int(found[3]) > 12 for found in found_days):
        return _days_seen(month_first, seen)
    return _days_seen(f"{day_first} or {month_first}, whichever it is", seen)


def _days_seen(date_format: str, seen: list[str]) -> dict[str, str]:
    seen.append(f"to have days as {date_format}")
    return {"date_format": date_format}


def _is_most_of_one(
    columns: list[list[str]], is_like: Callable[[str], object], needed: int
) -> bool:
    """Say whether most values of some column are like that, and not too few."""
    counts = [(sum(map(bool, map(is_like, own))), len(own)) for own in columns]
    return any(like >= needed and 2 * like > of for like, of in counts)


def _header_advice(sample: _Sample, lines: list[str]) -> str:
    """Tell where the header stands if something stands above it."""
    if sample.header_line <= 1 or sample.known_count < 2:
        return ""
    above = [line for line in lines[: sample.header_line - 1] if line.strip()]
    if not above:
        return ""
    if above[0].lower().startswith("sep="):
        return " Its first line is meant for Excel only: take it away."
    return (
        f" Line {sample.header_line} seems to name the columns: take away what stands "
        "above it."
    )
