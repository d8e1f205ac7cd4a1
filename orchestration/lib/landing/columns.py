"""Which column of a file is which column of the contract.

Belongs here: names and what is said about them. Does not belong here: values.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.lib.contract import Table
from orchestration.lib.landing.discover import nearest
from orchestration.lib.landing.texts import UnreadableFileError

NO_NAME = "(no name)"


@dataclass(frozen=True)
class Columns:
    """Columns of the contract by the names that the file has for them."""

    found: dict[str, list[str]]
    unknown: tuple[str, ...]


def matched(names: Sequence[str], table: Table) -> Columns:
    """Match names without regard to case and surrounding blanks.

    Raises UnreadableFileError where a required column is not there.
    """
    found: dict[str, list[str]] = {}
    unknown = []
    for name in names:
        plain = name.strip().lower()
        if plain in table.column_names:
            found.setdefault(plain, []).append(name)
        else:
            unknown.append(name.strip() or NO_NAME)
    missing = [name for name in table.required_names if name not in found]
    if missing:
        raise UnreadableFileError(_missing(missing, names, table))
    return Columns(found, tuple(unknown))


def _missing(missing: Sequence[str], names: Sequence[str], table: Table) -> str:
    what = "column" if len(missing) == 1 else "columns"
    shown = names if _is_header(names, table) else ()
    near = [(name, nearest(name, shown)) for name in missing]
    told = ", ".join(
        f"{name} (is it {found.strip()}?)" if found else name for name, found in near
    )
    return (
        f"required {what} {told} not found. {_found(names, table)} "
        "Deliver it with the missing ones, or rename what means the same."
    )


def _found(names: Sequence[str], table: Table) -> str:
    """Tell what a file has; not what may be a row of values instead of a header."""
    if not _is_header(names, table):
        return (
            f"The file has {len(names)} columns, hardly one known: does its first "
            "line name the columns?"
        )
    for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(names) == 1 and delimiter in names[0]:
            return (
                f"The file has: {names[0]}. It seems to be separated by {word}: save "
                "it with commas."
            )
    return f"The file has: {', '.join(name.strip() for name in names)}."


def _is_header(names: Sequence[str], table: Table) -> bool:
    """Say whether a first line names columns: a value may be called like one."""
    words = {w.strip().lower() for name in names for w in re.split(r"[;\t|]", name)}
    known = len(words & set(table.column_names))
    return known > 1 or (known == 1 and not re.search(r"[\d@]", "".join(names)))


def refuse_repeated(columns: Columns) -> None:
    """Raise UnreadableFileError where two columns of the file have one name."""
    counts = Counter(name.lower() for name in columns.unknown if name != NO_NAME)
    counts += Counter({name: len(own) for name, own in columns.found.items()})
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise UnreadableFileError(
            f"more than one column is called {', '.join(repeated)}, case and blanks "
            "set aside. Rename or drop one of them."
        )
