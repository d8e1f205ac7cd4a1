"""What a landing says: its report, and the two errors that stop it.

Belongs here: plain values without behaviour. Does not belong here: how they come about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.text.printable import shown_lines

Progress = Callable[[str, int, int], None]
"""Called after every file read: its path, bytes read so far, bytes to read in all."""


class LandingError(Exception):
    """The landing folder cannot be landed; the message says what to do about it.

    `problems` holds one sentence per problem, all that were found together.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(map(shown_lines, problems))
        super().__init__("\n".join(self.problems))


class LandingChangedError(LandingError):
    """A file changed while it was read, or a database could not be reached; another try
    may well succeed."""


@dataclass(frozen=True)
class IgnoredPath:
    """Something in the landing folder that was left where it is, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class LandedFile:
    """One file that this landing loaded. Rows = readable + unreadable.

    `notes` say what a person should know of how it was read.
    """

    landing_file_id: str
    table_name: str
    file_path: str
    landed_row_count: int
    unreadable_row_count: int
    unknown_columns: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LandedTable:
    """What is current in `raw` for one table after this landing."""

    table_name: str
    file_count: int
    landed_row_count: int
    unreadable_row_count: int


@dataclass(frozen=True)
class LandingReport:
    """What one landing did.

    `loaded` were read into `raw`; `known_file_count` others had been before. `replaced`
    are paths whose content changed, `returned` those of them whose content is an
    earlier one again. `disappeared` paths are no longer in the folder, but stay
    current. `tables` covers all tables of the contract.
    """

    observed_until_at: datetime
    loaded: tuple[LandedFile, ...]
    known_file_count: int
    replaced: tuple[str, ...]
    returned: tuple[str, ...]
    disappeared: tuple[str, ...]
    ignored: tuple[IgnoredPath, ...]
    tables: tuple[LandedTable, ...]
