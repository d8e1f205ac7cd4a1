"""Looks into what has arrived before anything is written.

Belongs here: telling known files from new ones, and collecting all that is wrong with
them. Does not belong here: writing to the database.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.landing.contract import Contract
from orchestration.landing.discover import DID_YOU_MEAN, Discovery, FoundFile
from orchestration.landing.raw import KnownFile, landing_file_id
from orchestration.landing.report import LandingChangedError, LandingError, Progress
from orchestration.landing.source import Source
from orchestration.landing.sources import inspect
from orchestration.landing.texts import UnreadableFileError
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.masking import without_values
from orchestration.text.printable import shown


@dataclass(frozen=True)
class Arrival:
    """A file that does not lie there as it was known.

    `source` is None where this content was loaded before: only bookkeeping changes.
    """

    file: FoundFile
    checksum: str
    source: Source | None

    @property
    def file_id(self) -> str:
        """The id of this content at this path."""
        file = self.file
        return landing_file_id(
            file.table_name, file.file_path, self.checksum, file.read_as
        )


class Meter:
    """Tells how many bytes are done; every file is gone through twice."""

    def __init__(self, progress: Progress | None, byte_count: int) -> None:
        self._progress = progress
        self._byte_count = byte_count
        self._done = 0

    def advance(self, file: FoundFile) -> None:
        """Count the bytes of a file."""
        self._done += file.byte_count
        if self._progress is not None:
            self._progress(shown(file.file_path), self._done, self._byte_count)


class Look:
    """One look at a landing folder, with what is known of it from before.

    `scratch` is a folder that must live until the arrivals are loaded.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        known: Sequence[KnownFile],
        scratch: Path,
        rules: ReadingRules,
    ) -> None:
        self._rules = rules
        self._connection = connection
        self._contract = contract
        self._scratch = scratch
        self._current = {file.file_path: file for file in known if file.is_current}
        self._ids = {file.landing_file_id for file in known}

    def files_to_read(self, discovery: Discovery) -> list[FoundFile]:
        """Return the files that are not known by path and by how they lie there."""
        return [file for file in discovery.files if not self._is_known(file)]

    def arrivals(
        self, discovery: Discovery, files: Sequence[FoundFile], meter: Meter
    ) -> tuple[Arrival, ...]:
        """Look into files; raise LandingError with all that is wrong."""
        lasting = [*discovery.problems, *self._missing_tables(discovery)]
        passing, arrivals = [], []
        for number, file in enumerate(files):
            try:
                arrivals.append(self._arrival(file, self._scratch / str(number)))
            except (UnreadableFileError, OSError) as error:
                if file.has_changed():
                    passing.append(changed(file))
                else:
                    lasting.append(f"{shown(file.file_path)}: {reason(error)}")
            meter.advance(file)
        if lasting:
            raise LandingError([*lasting, *passing])
        if passing:
            raise LandingChangedError(passing)
        return tuple(arrivals)

    def _is_known(self, file: FoundFile) -> bool:
        known = self._current.get(file.file_path)
        return known is not None and file.look == known.look

    def _arrival(self, file: FoundFile, scratch: Path) -> Arrival:
        with file.path.open("rb") as content:
            checksum = hashlib.file_digest(content, "sha256").hexdigest()
        arrival = Arrival(file, checksum, None)
        if arrival.file_id in self._ids:
            return arrival
        table = self._contract.table(file.table_name)
        source = inspect(self._connection, file, table, scratch, self._rules)
        return replace(arrival, source=source)

    def _missing_tables(self, discovery: Discovery) -> list[str]:
        """Tell of tables without which nothing works, and that never landed."""
        there = {file.table_name for file in discovery.files}
        there |= {file.table_name for file in self._current.values()}
        near = [left for left in discovery.ignored if DID_YOU_MEAN in left.why]
        hint = "".join(f" {left.path}: {left.why}" for left in near[:3])
        return [
            f"there is no file of {table.name}, without which nothing can be built. "
            f"Put {table.name}.csv or a folder {table.name} there.{hint}"
            for table in self._contract.tables
            if table.needs_rows and table.name not in there
        ]


def changed(file: FoundFile) -> str:
    """Return the problem of a file that did not hold still."""
    return (
        f"{shown(file.file_path)}: the file changed while it was read. Land again when "
        "it is complete; better, write it under a name that begins with _ and then "
        "rename it."
    )


def reason(error: Exception) -> str:
    """Return the problem behind an error, without values of rows."""
    if isinstance(error, UnreadableFileError):
        return str(error)
    if isinstance(error, PermissionError):
        return "there is no permission to read the file. Give read permission to it."
    first_line = (str(error).splitlines() or ["no reason given"])[0]
    return f"the file could not be loaded ({without_values(first_line)})."
