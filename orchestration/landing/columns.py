"""Which column of a file is which column of the contract.

Belongs here: names and what is said about them. Does not belong here: values.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from orchestration.landing.contract import Table
from orchestration.landing.discover import nearest
from orchestration.landing.texts import UnreadableFileError
from orchestration.text.printable import shown
from orchestration.text.trimming import stripped

NO_NAME = "(no name)"
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

_SUFFIX = re.compile(r"(?<=.)_(?:id|code|amount|at)$")


@dataclass(frozen=True)
class Columns:
    """Columns of the contract by the names that the file has for them.

    `given` are columns that the file lacks and a folder on its path gives. `unknown`
    are shown as they are to be read, with the column that is probably meant.
    """

    found: dict[str, list[str]]
    unknown: tuple[str, ...]
    given: dict[str, str | None] = field(default_factory=dict)


def matched(
    names: Sequence[str],
    table: Table,
    folders: Sequence[tuple[str, str]] = (),
    accepted: Collection[str] | None = None,
) -> Columns:
    """Match names without regard to case and surrounding blanks.

    `folders` are names and values of folders on the path, as Hive writes them. Raises
    UnreadableFileError where a required column is not there; and, unless `accepted` is
    None, where a missing column that changes what a row means is nearly named by an
    unknown one that is not accepted (`table.column`, or a bare name).
    """
    found: dict[str, list[str]] = {}
    unknown = []
    for name in names:
        plain = _plain(name)
        if plain in table.column_names:
            found.setdefault(plain, []).append(name)
        else:
            unknown.append(name.strip() or NO_NAME)
    given: dict[str, str | None] = {}
    for name, value in _of_folders(folders).items():
        if _plain(name) not in table.column_names:
            unknown.append(name)
        elif _plain(name) not in found:
            given[_plain(name)] = value
    _refuse_personal(given, table)
    there = {*found, *given}
    missing = [name for name in table.required_names if name not in there]
    problems: list[str] = [_missing(missing, names, table)] if missing else []
    lacking = [name for name in table.column_names if name not in there]
    if accepted is not None:
        problems += _nearly_named(lacking, unknown, table, accepted)
    if problems:
        raise UnreadableFileError(" ".join(problems))
    hinted = (_hinted(name, lacking) for name in unknown)
    return Columns(found, tuple(hinted), given)


def _of_folders(folders: Sequence[tuple[str, str]]) -> dict[str, str | None]:
    """Return the columns that folders name, their values decoded."""
    named: dict[str, str | None] = {}
    for written_name, written in folders:
        try:
            name = unquote(written_name, errors="strict")
            value = unquote(written, errors="strict")
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"the folder {shown(written_name)}=… on its path is not UTF-8. Rename "
                "it."
            ) from error
        meant = None if written == NO_VALUE else value
        if named.setdefault(name, meant) != meant:
            raise UnreadableFileError(
                f"folders on its path give {shown(name)} two values. Leave one of them."
            )
    return named


def _plain(name: str) -> str:
    return stripped(name).lower()


def _refuse_personal(given: Collection[str], table: Table) -> None:
    personal = [c.name for c in table.columns if c.personal and c.name in given]
    if personal:
        raise UnreadableFileError(
            f"a folder on its path names {', '.join(personal)}, which is personal: "
            "paths stand in logs and reports. Write the column into the file, and "
            "rename the folder."
        )


def _nearly_named(
    lacking: Sequence[str],
    unknown: Sequence[str],
    table: Table,
    accepted: Collection[str],
) -> list[str]:
    """Tell of columns that decide what a row means, missing but nearly named."""
    taken = {_plain(name) for name in accepted}
    decisive = [c.name for c in table.columns if c.decisive and c.name in lacking]
    pairs = [
        (name, meant)
        for name in unknown
        for meant in decisive
        if is_near(name, meant)
        and not {_plain(name), f"{table.name}.{_plain(name)}"} & taken
    ]
    if not pairs:
        return []
    told = ", ".join(f"{shown(name)} (is it {meant}?)" for name, meant in pairs)
    listed = ",".join(f"{table.name}.{shown(_plain(name))}" for name, _ in pairs)
    return [
        f"the contract does not know {told}, and what each of its rows means depends on"
        " it. Rename what is meant; what is another thing goes into"
        f" CUSTOMER360_ACCEPTED_UNKNOWN_COLUMNS={listed}."
    ]


def is_near(name: str, column: str) -> bool:
    """Say whether a name is that of a column but for its writing and one suffix.

    Set aside are case, blanks, `_`, `-`, the humps of camelCase, and one of `_id _code
    _amount _at` of either.
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    snake = re.sub(r"[\s_-]+", "_", snake).strip("_").lower()
    squeezed = snake.replace("_", "")
    return bool(squeezed) and (
        squeezed in (_squeezed(column), _squeezed(_SUFFIX.sub("", column)))
        or _squeezed(_SUFFIX.sub("", snake)) == _squeezed(column)
    )


def _squeezed(name: str) -> str:
    return name.replace("_", "")


def _hinted(name: str, lacking: Sequence[str]) -> str:
    """Return an unknown column as it is shown, with the one that is probably meant."""
    meant = next((one for one in lacking if is_near(name, one)), "")
    meant = meant or nearest(name, lacking)
    return shown(name) + (f" (is it {meant}?)" if meant else "")


def _missing(missing: Sequence[str], names: Sequence[str], table: Table) -> str:
    what = "column" if len(missing) == 1 else "columns"
    there = names if _is_header(names, table) else ()
    near = [(name, nearest(name, there)) for name in missing]
    told = ", ".join(
        f"{name} (is it {shown(found.strip())}?)" if found else name
        for name, found in near
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
    return f"The file has: {', '.join(shown(name.strip()) for name in names)}."


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
            f"more than one column is called {shown(', '.join(repeated))}, case and "
            "blanks set aside. Rename or drop one of them."
        )
