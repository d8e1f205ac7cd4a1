"""Which files of a landing folder belong to which table.

Belongs here: names, folders and formats. Does not belong here: anything inside a file.
"""

import difflib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.landing.contract import Contract
from orchestration.landing.formats import (
    FORMATS_FILE,
    PLAIN,
    Formats,
    TextFormat,
    read_formats,
)
from orchestration.landing.report import IgnoredPath, LandingError
from orchestration.settings.reading_rules import NO_RULES, ReadingRules
from orchestration.text.printable import shown

Look = tuple[int | None, int | None, int | None, int | None, str]
"""Size, time of change of content and of inode, inode, and how it is read."""

FORMATS = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz", ".xlsx")
NaturalKey = tuple[tuple[tuple[int | str, ...], ...], str]
DID_YOU_MEAN = "did you mean"


@dataclass(frozen=True)
class FoundFile:
    """A file to land. `file_path` is relative to the landing folder, with slashes.

    `text_format` is how formats.yml says that its text is written.
    """

    table_name: str
    path: Path
    file_path: str
    file_format: str
    byte_count: int
    modified_at_ns: int
    changed_at_ns: int
    inode: int
    text_format: TextFormat = PLAIN

    @classmethod
    def at(
        cls,
        path: Path,
        file_path: str,
        table_name: str,
        file_format: str,
        text_format: TextFormat,
    ) -> "FoundFile":
        """Return a file as it lies there; raise OSError where it does not."""
        status = path.stat()
        return cls(
            table_name=table_name,
            path=path,
            file_path=file_path,
            file_format=file_format,
            byte_count=status.st_size,
            modified_at_ns=status.st_mtime_ns,
            changed_at_ns=status.st_ctime_ns,
            inode=_inode(status),
            text_format=text_format,
        )

    @property
    def look(self) -> Look:
        """What a file must have in common with a known one to be taken for it unread.

        The time of change alone can be set back; that of the inode cannot.
        """
        return (
            self.byte_count,
            self.modified_at_ns,
            self.changed_at_ns,
            self.inode,
            self.read_as,
        )

    @property
    def folders(self) -> tuple[tuple[str, str], ...]:
        """Folders `<name>=<value>` on the path below the table, as they are written."""
        parts = (f.partition("=") for f in self.file_path.split("/")[1:-1])
        return tuple((name, value) for name, mark, value in parts if mark and name)

    @property
    def read_as(self) -> str:
        """How bytes are read beyond what their format says; '' for no such thing."""
        folders = json.dumps(self.folders) if self.folders else ""
        return self.text_format.fingerprint + folders

    def has_changed(self) -> bool:
        """Whether the file is no longer the one that was found."""
        try:
            now = self.path.stat()
        except OSError:
            return True
        seen = (self.byte_count, self.modified_at_ns, self.inode)
        return (now.st_size, now.st_mtime_ns, _inode(now)) != seen


def _inode(status: os.stat_result) -> int:
    """Return the number of an inode as far as a bigint holds it."""
    return status.st_ino & (2**63 - 1)


@dataclass
class Discovery:
    """Everything in a landing folder: files to land, and what is left where it is.

    Links to folders that are not below `root` are not followed; None = all are.
    """

    formats: Formats = field(default_factory=lambda: Formats({}))
    root: str | None = None
    files: list[FoundFile] = field(default_factory=list)
    ignored: list[IgnoredPath] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def discover(
    landing_dir: Path, contract: Contract, rules: ReadingRules = NO_RULES
) -> Discovery:
    """List the files of the contract below a landing folder, sorted by path.

    Raises LandingError where the folder is missing, is no folder, is empty or holds
    nothing of the contract, and where its formats.yml is wrong.
    """
    entries = _entries_of_landing(landing_dir)
    formats = read_formats(landing_dir)
    root = None if rules.follow_folder_links else os.path.realpath(landing_dir)
    found = Discovery(formats=formats, root=root)
    for path in entries:
        if path.name != FORMATS_FILE or path.is_dir():
            _discover_entry(landing_dir, path, contract, found)
    found.files.sort(key=lambda file: file.file_path)
    found.ignored += formats.unused(file.file_path for file in found.files)
    found.ignored.sort(key=lambda ignored: ignored.path)
    if not found.files and not found.problems:
        _refuse_foreign_folder(landing_dir, contract, found)
    return found


def _entries_of_landing(landing_dir: Path) -> list[Path]:
    if not landing_dir.exists():
        raise LandingError(
            [
                f"The landing folder {landing_dir} does not exist. Create it, or set "
                "CUSTOMER360_LANDING to the folder that holds the files."
            ]
        )
    if not landing_dir.is_dir():
        raise LandingError(
            [
                f"The landing folder {landing_dir} is not a folder. Set "
                "CUSTOMER360_LANDING to the folder that holds the files."
            ]
        )
    try:
        entries = _visible(landing_dir)
    except OSError as error:
        raise LandingError(
            [f"The landing folder {landing_dir} cannot be read ({error.strerror})."]
        ) from error
    if not entries:
        raise LandingError(
            [
                f"The landing folder {landing_dir} is empty. Put at least orders.csv "
                "there, or set CUSTOMER360_LANDING to the folder that holds the files."
            ]
        )
    return entries


def _discover_entry(
    landing_dir: Path, path: Path, contract: Contract, found: Discovery
) -> None:
    if path.is_dir():
        if _leads_out(path, found):
            _ignore_link(landing_dir, path, found)
        elif path.name in contract.table_names:
            for file in _walk(path, found, landing_dir):
                _add(landing_dir, file, path.name, found)
        else:
            _ignore(landing_dir, path, _why_unknown(path.name, contract), found)
        return
    file_format = format_of(path.name)
    table_name = path.name[: -len(file_format)] if file_format else path.name
    if file_format and table_name not in contract.table_names:
        _ignore(landing_dir, path, _why_unknown(table_name, contract), found)
    else:
        _add(landing_dir, path, table_name, found)


def format_of(name: str) -> str:
    """Return the extension that names the format, or '' where it is none of ours."""
    fitting = [ending for ending in FORMATS if name.lower().endswith(ending)]
    return max(fitting, key=len, default="")


def natural_key(file_path: str) -> NaturalKey:
    """Return by what the files of a table are put in order; no two paths share it.

    Folder by folder, numbers by their value, letters without case: `orders_2` before
    `orders_10`, and, as the extension is set aside, `orders` before `orders (2)`. What
    is equal by that goes by the path itself.
    """
    bare = file_path[: len(file_path) - len(format_of(file_path))]
    parts = tuple(
        tuple(
            int(chunk) if place % 2 else chunk.casefold()
            for place, chunk in enumerate(re.split(r"([0-9]+)", part))
        )
        for part in bare.split("/")
    )
    return parts, file_path


def _walk(folder: Path, found: Discovery, landing_dir: Path) -> Iterator[Path]:
    """Yield all files below a folder; a folder that links back to itself ends there."""
    parents: list[tuple[Path, tuple[str, ...]]] = [(folder, ())]
    while parents:
        current, above = parents.pop()
        real = os.path.realpath(current)
        if real in above:
            _ignore(landing_dir, current, "a link back to a folder above it", found)
            continue
        try:
            children = _visible(current)
        except OSError as error:
            found.problems.append(
                f"{_shown(landing_dir, current)}: the folder cannot be read "
                f"({error.strerror}). Give read permission to it."
            )
            continue
        for child in children:
            if child.is_dir() and _leads_out(child, found):
                _ignore_link(landing_dir, child, found)
            elif child.is_dir():
                parents.append((child, (*above, real)))
            else:
                yield child


def _leads_out(folder: Path, found: Discovery) -> bool:
    """Say whether a folder is a link that leaves the landing folder."""
    if found.root is None or not folder.is_symlink():
        return False
    real = os.path.realpath(folder)
    return os.path.commonpath([real, found.root]) != found.root


def _ignore_link(landing_dir: Path, folder: Path, found: Discovery) -> None:
    _ignore(
        landing_dir,
        folder,
        "a link to a folder outside the landing folder; "
        "CUSTOMER360_FOLLOW_FOLDER_LINKS=true follows it",
        found,
    )


def _visible(folder: Path) -> list[Path]:
    """Return what is in a folder but for hidden and `_` names, sorted."""
    return sorted(path for path in folder.iterdir() if path.name[0] not in "._")


def _add(landing_dir: Path, path: Path, table_name: str, found: Discovery) -> None:
    relative = path.relative_to(landing_dir).as_posix()
    file_format = format_of(path.name)
    if not file_format:
        _ignore(
            landing_dir, path, f"not one of the formats {', '.join(FORMATS)}", found
        )
        return
    try:
        status = path.stat()
    except OSError as error:
        found.problems.append(
            f"{_shown(landing_dir, path)}: cannot be read ({error.strerror}). Give "
            "read permission to it, or take it away."
        )
        return
    if not stat.S_ISREG(status.st_mode):
        _ignore(landing_dir, path, "not a regular file", found)
    elif not _is_utf8(relative):
        found.problems.append(
            f"{_shown(landing_dir, path)}: its name is not UTF-8. Rename the file."
        )
    else:
        found.files.append(
            FoundFile(
                table_name=table_name,
                path=path,
                file_path=relative,
                file_format=file_format,
                byte_count=status.st_size,
                modified_at_ns=status.st_mtime_ns,
                changed_at_ns=status.st_ctime_ns,
                inode=_inode(status),
                text_format=found.formats.of(relative),
            )
        )


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _ignore(landing_dir: Path, path: Path, why: str, found: Discovery) -> None:
    where = _shown(landing_dir, path) + ("/" if path.is_dir() else "")
    found.ignored.append(IgnoredPath(where, why))


def _shown(landing_dir: Path, path: Path) -> str:
    """Return the path relative to the landing folder, fit to be printed."""
    relative = path.relative_to(landing_dir).as_posix()
    return shown(os.fsencode(relative).decode("utf-8", "backslashreplace"))


def _why_unknown(name: str, contract: Contract) -> str:
    near = nearest(name, contract.table_names)
    hint = f": {DID_YOU_MEAN} {near}?" if near else ""
    return f"no table of the contract is called {shown(name)}{hint}"


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name that is probably meant, or '' where nothing is near."""
    plain = name.strip().lower()
    by_plain = {one.strip().lower(): one for one in known}
    near = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.7)
    near = near or [one for one in by_plain if one and plain.startswith(one)]
    return by_plain[near[0]] if near else ""


def _refuse_foreign_folder(
    landing_dir: Path, contract: Contract, found: Discovery
) -> None:
    seen = "; ".join(f"{ignored.path} ({ignored.why})" for ignored in found.ignored[:5])
    raise LandingError(
        [
            f"The landing folder {landing_dir} has no file of the contract. Expected "
            f"<table>.<ext> or <table>/..., with a table of "
            f"{', '.join(contract.table_names)} and an extension of "
            f"{', '.join(FORMATS)}. Found: {seen or 'empty folders'}."
        ]
    )
