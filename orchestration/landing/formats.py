"""`formats.yml`: how text in a landing folder is written where it is not our way.

Belongs here: the file, its patterns, and what it declares as SQL. Does not belong here:
guessing (what a file looks like stands in `guesses`), opening landed files.
"""

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from orchestration.landing.contract import Column
from orchestration.landing.report import IgnoredPath, LandingError
from orchestration.text.printable import shown
from orchestration.text.quoting import quoted_text

FORMATS_FILE = "formats.yml"

NUMBERS = ("amount", "unit_amount", "quantity", "rate", "score", "integer")
DAYS = ("timestamp", "date")

_PLACES = {"DD": "day", "MM": "month", "YYYY": "year", "D": "day", "M": "month"}
# names of groups are compared without regard to case
_TIME_PLACES = ("hour", "minute", "second", "zone")
_DATE = re.compile(r"YYYY|DD|MM|D|M|.")
_TIME = (
    r"(?:[ T]+(\d{1,2}):(\d{2})(:\d{2}(?:\.\d+)?)?\s*"
    r"(Z|[+-]\d{2}(?::?\d{2})?)?)?"
)


@dataclass(frozen=True)
class TextFormat:
    """How values are written in a file; as the contract has it by default.

    `date_format` is an order of DD, MM and YYYY with what stands between them; a time
    may follow. `thousands` is the mark between groups of three digits, '' for none.
    `delimiter` and `encoding` are those of CSV; all else holds for text in any format.
    """

    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    date_format: str = ""

    @property
    def fingerprint(self) -> str:
        """What differs from the default, '' for nothing: the same for the same rows."""
        own = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        return json.dumps(own, sort_keys=True) if own else ""

    def plain(self, text: str, column: Column) -> str:
        """Return SQL for a text of a column, in ISO days and plain decimals.

        What does not fit stays as it came, for staging to refuse it; a number that
        staging would then read as another one is marked, so that it is refused too.
        """
        if column.data_type in NUMBERS and (self.decimal != "." or self.thousands):
            return self._plain_number(text)
        if column.data_type in DAYS and self.date_format:
            return self._plain_day(text)
        return text

    def _plain_number(self, text: str) -> str:
        mark = re.escape(self.decimal)
        whole = r"\d+"
        without = text
        if self.thousands:
            group = re.escape(self.thousands)
            whole = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
            without = f"replace({text}, {quoted_text(self.thousands)}, '')"
        fits = rf"\s*[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)\s*"
        otherwise = r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*"
        note = quoted_text(f" (decimal: {self.decimal})")
        return f"""case
            when regexp_full_match({text}, {quoted_text(fits)})
                then replace({without}, {quoted_text(self.decimal)}, '.')
            when regexp_full_match({text}, {quoted_text(otherwise)})
                then {text} || {note}
            else {text}
        end"""

    def _plain_day(self, text: str) -> str:
        pattern, places = _day_pattern(self.date_format)
        pattern = rf"\s*{pattern}{_TIME}\s*"
        names = ", ".join(quoted_text(name) for name in (*places, *_TIME_PLACES))
        parts = f"regexp_extract({text}, {quoted_text(f'^{pattern}$')}, [{names}])"
        day = (
            "parts.year || '-' || lpad(parts.month, 2, '0') || '-' ||"
            " lpad(parts.day, 2, '0')"
        )
        time = (
            "case when parts.hour = '' then '' else 'T' || lpad(parts.hour, 2, '0')"
            " || ':' || parts.minute || case when parts.second = '' then ':00'"
            " else parts.second end || parts.zone end"
        )
        # a list of one, for SQL has no other way to name a value within an expression
        read = (
            f"[case when try_cast({day} as date) is null then {text} "
            f"else {day} || {time} end for parts in [{parts}]][1]"
        )
        return (
            f"case when regexp_full_match({text}, {quoted_text(pattern)})"
            f" then {read} else {text} end"
        )


PLAIN = TextFormat()


@dataclass(frozen=True)
class Formats:
    """The patterns of a landing folder, in their order; the first that fits decides."""

    patterns: Mapping[str, TextFormat]

    def of(self, file_path: str) -> TextFormat:
        """Return how the text of a file is written."""
        for pattern, text_format in self.patterns.items():
            if fnmatchcase(file_path, pattern):
                return text_format
        return PLAIN

    def unused(self, file_paths: Iterable[str]) -> list[IgnoredPath]:
        """Return the patterns that decide nothing about these files."""
        deciding = set()
        for path in file_paths:
            deciding.add(next((p for p in self.patterns if fnmatchcase(path, p)), None))
        return [
            IgnoredPath(
                FORMATS_FILE,
                f"its pattern {shown(pattern)} fits no file, or only files that a "
                "pattern above it fits",
            )
            for pattern in self.patterns
            if pattern not in deciding
        ]


def read_formats(landing_dir: Path) -> Formats:
    """Read `formats.yml`; no patterns where it is not there.

    Raises LandingError with all that is wrong with it.
    """
    path = landing_dir / FORMATS_FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Formats({})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        line = "" if where is None else f" in line {where.line + 1}"
        raise LandingError(
            [f"{FORMATS_FILE}: cannot be read as YAML{line}. {_EXAMPLE}"]
        ) from error
    if document is None:
        return Formats({})
    if not isinstance(document, dict):
        raise LandingError([f"{FORMATS_FILE}: is no mapping of patterns. {_EXAMPLE}"])
    patterns, problems = {}, []
    for pattern, options in document.items():
        wrong = _problems(options)
        problems += [f"{FORMATS_FILE}: {shown(str(pattern))}: {one}" for one in wrong]
        if not wrong:
            patterns[str(pattern)] = _text_format(options)
    if problems:
        raise LandingError(problems)
    return Formats(patterns)


def lines_for(file_path: str, options: Mapping[str, str]) -> str:
    """Return the lines of `formats.yml` that say this of a file."""
    lines = [f"{json.dumps(file_path, ensure_ascii=False)}:"]
    lines += [
        f"  {name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in options.items()
    ]
    return "\n".join(lines)


_EXAMPLE = (
    'Expected a pattern of paths and what holds there, as "orders/shop_*.csv": '
    '{delimiter: ";", decimal: ",", encoding: windows-1252, date_format: DD/MM/YYYY}.'
)


def _problems(options: Any) -> list[str]:
    """Return all that is wrong with what a pattern says."""
    known = [field.name for field in fields(TextFormat)]
    if not isinstance(options, dict) or not options:
        return [f"says nothing of {', '.join(known)}."]
    problems = [
        f"{shown(str(name))} is no option. Known are {', '.join(known)}."
        for name in options
        if name not in known
    ]
    for name, (is_good, expected) in _CHECKS.items():
        value = options.get(name)
        if name in options and not (isinstance(value, str) and is_good(value)):
            problems.append(f"{name} is {value!r}; expected {expected}.")
    decimal = options.get("decimal", ".")
    if decimal == options.get("thousands"):
        problems.append(f"decimal and thousands are both {decimal!r}.")
    return problems


def _text_format(options: Mapping[str, str]) -> TextFormat:
    given = dict(options)
    if given.get("delimiter") in ("tab", "\\t"):
        given["delimiter"] = "\t"
    if "encoding" in given:
        given["encoding"] = codecs.lookup(given["encoding"]).name
    return TextFormat(**given)


def _is_delimiter(value: str) -> bool:
    if value in ("tab", "\\t", "\t"):
        return True
    return len(value) == 1 and value.isascii() and value in "!#$%&*+,-./:;<=>?@^_`|~"


def _is_encoding(value: str) -> bool:
    try:
        # a codec that turns bytes into text, not one that packs them
        return isinstance(b"a\0\0\0".decode(value), str) and bool(codecs.lookup(value))
    except LookupError:
        return False
    except UnicodeError:
        return True


def _is_date_format(value: str) -> bool:
    parts = _DATE.findall(value)
    places = [_PLACES[part] for part in parts if part in _PLACES]
    between = [part for part in parts if part not in _PLACES]
    return sorted(places) == ["day", "month", "year"] and set(between) <= set("/.- ")


_CHECKS = {
    "delimiter": (_is_delimiter, 'one character, as ";", "|" or "tab"'),
    "decimal": (lambda value: value in (".", ","), '"." or ","'),
    "thousands": (
        lambda value: value in (".", ",", "'", " ", "\xa0", "\u202f", "\u2019"),
        "one of . , ' and a blank",
    ),
    "encoding": (_is_encoding, "the name of an encoding, as windows-1252"),
    "date_format": (
        _is_date_format,
        "an order of DD, MM and YYYY with / . - or a blank between, as DD/MM/YYYY",
    ),
}


def _day_pattern(date_format: str) -> tuple[str, list[str]]:
    """Return a regular expression of three groups, and which group is which place."""
    parts = _DATE.findall(date_format)
    digits = r"(\d{1,2})" if any(part not in _PLACES for part in parts) else r"(\d{2})"
    pattern = "".join(
        (r"(\d{4})" if _PLACES[part] == "year" else digits)
        if part in _PLACES
        else re.escape(part)
        for part in parts
    )
    return pattern, [_PLACES[part] for part in parts if part in _PLACES]
