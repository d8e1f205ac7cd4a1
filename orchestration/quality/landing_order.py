"""What the names of landed files say of their order.

Where rows of one key have no `updated_at`, the last in file order is in force: natural
order of paths. Names in, oddities out; a new file that sorts before known ones changes
nothing where both hold a key, and names that show no order let chance decide.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import pandas as pd

from orchestration.landing.discover import natural_key

SHOWN_FILES = 3
_WORDS = re.compile(r"[^/_\-. ()=]+")
_DAY_LAST_YEAR = re.compile(
    r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[-_. ]?)(?P<second>\d{1,2})(?P=mark)"
    r"(?P<year>(?:19|20)\d\d)(?!\d)"
)
_MONTH = re.compile(
    r"(?<![a-z])(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?"
    r"|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)(?![a-z])"
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHORTEST_RANDOM = 8


@dataclass(frozen=True)
class Path:
    """A path of a landed file, and whether this refresh brought it first."""

    path: str
    is_new: bool


def file_names(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table: new files that sort early, and names without an order."""
    rows = connection.execute(
        """
        select table_name, file_path, min(landed_at) >= any_value(observed_until_at)
        from raw.landing_files
        cross join raw.landing_clock
        group by table_name, file_path
        having bool_or(is_current)
        order by table_name, file_path
        """
    ).fetchall()
    tables: dict[str, list[Path]] = {}
    for table, path, is_new in rows:
        tables.setdefault(table, []).append(Path(path, is_new))
    return pd.DataFrame(
        [
            {
                "table_name": table,
                "early_file_count": len(early := early_files(paths)),
                "early_at": _shown(early),
                "unordered_file_count": len(unordered := unordered_files(paths)),
                "unordered_at": _shown(unordered),
            }
            for table, paths in tables.items()
        ]
    )


def early_files(paths: Sequence[Path]) -> list[str]:
    """Return the new files that sort before one that was known, first ones first."""
    known = [natural_key(path.path) for path in paths if not path.is_new]
    new = sorted((p.path for p in paths if p.is_new), key=natural_key)
    return [path for path in new if known and natural_key(path) < max(known)]


def unordered_files(paths: Sequence[Path]) -> list[str]:
    """Return the new files that only a name without an order sets apart from another.

    Neighbours in file order are compared where they begin to differ: by a day that is
    written day or month first, by a month in words, or by a random word.
    """
    ordered = sorted(paths, key=lambda path: natural_key(path.path))
    odd = {
        path.path
        for pair in pairwise(ordered)
        if _differ_without_order(pair[0].path, pair[1].path)
        for path in pair
        if path.is_new
    }
    return sorted(odd, key=natural_key)


def _differ_without_order(one: str, other: str) -> bool:
    """Say whether the first words in which two paths differ have no order in time."""
    first = _parts(one), _parts(other)
    for left, right in zip(*first, strict=False):
        if left != right:
            return _is_orderless(left) and _is_orderless(right)
    return False


def _parts(path: str) -> list[str]:
    """Cut a path into words; a day that ends in its year and a UUID stay whole."""
    whole = sorted(
        (found.span() for found in (*_days(path), *_UUID.finditer(path.lower()))),
    )
    parts, begin = [], 0
    for start, end in whole:
        if start >= begin:
            parts += [*_WORDS.findall(path[begin:start]), path[start:end]]
            begin = end
    return parts + _WORDS.findall(path[begin:])


def _days(path: str) -> Iterable[re.Match[str]]:
    return (found for found in _DAY_LAST_YEAR.finditer(path) if _is_day(found))


def _is_day(found: re.Match[str]) -> bool:
    """Say whether it is a day with its year last, and none with its year first."""
    first, second, year = (int(found[part]) for part in ("first", "second", "year"))
    return any(
        _exists(year, month, day) for month, day in ((first, second), (second, first))
    ) and not re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", found[0])


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_orderless(word: str) -> bool:
    plain = word.lower()
    return bool(
        any(_days(plain))
        or _MONTH.search(plain)
        or _UUID.fullmatch(plain)
        or _is_random(plain)
    )


def _is_random(word: str) -> bool:
    """Say whether letters and digits are mixed as in a checksum, not as in `v12`."""
    if len(word) < SHORTEST_RANDOM or not word.isalnum():
        return False
    turns = len(re.findall(r"(?<=\d)[a-z]|(?<=[a-z])\d", word))
    is_moment = re.fullmatch(r"\d{8}t?\d{4,9}z?", word)
    return turns >= 3 and not is_moment


def _shown(paths: Sequence[str]) -> str:
    rest = len(paths) - SHOWN_FILES
    return "; ".join(
        [*paths[:SHOWN_FILES], *([f"and {rest} more"] if rest > 0 else [])]
    )
