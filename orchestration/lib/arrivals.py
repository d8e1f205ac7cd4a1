"""Which files of the landing folder no published version knows, and whether they hold.

Looks at names, sizes and times of change only: content is the business of `landing`.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.lib.contract import Contract
from orchestration.lib.landing.discover import FoundFile, discover
from orchestration.lib.landing.report import LandingError

Known = dict[str, tuple[int, int]]
KNOWN_FILES = (
    "select file_path, byte_count, modified_at_ns from raw.landing_files"
    " where is_current"
)
NEWEST_FILES = (
    "select table_name, max(modified_at_ns) / 1e9 from raw.landing_files"
    " where is_current group by all"
)


def unknown_files(
    landing: Path, contract: Contract, state: Path | None
) -> list[FoundFile]:
    """Return the files that a state database does not know as they lie there now.

    `state` None knows nothing. A folder that cannot be landed has no files: the nightly
    refresh tells of it.
    """
    try:
        found = discover(landing, contract).files
    except LandingError:
        return []
    known = known_files(state)
    return [
        file
        for file in found
        if known.get(file.file_path) != (file.byte_count, file.modified_at_ns)
    ]


def known_files(state: Path | None) -> Known:
    """Return size and time of change by path of what a state database holds."""
    # a version that is dropped meanwhile knows nothing any more
    with suppress(duckdb.IOException):
        if state is not None and state.exists():
            with duckdb.connect(str(state), read_only=True) as connection:
                rows = connection.execute(KNOWN_FILES).fetchall()
            return {path: (size, at) for path, size, at in rows}
    return {}


def newest_files(state: Path) -> dict[str, float]:
    """Return when the newest file in force of each table changed, in Unix seconds."""
    with duckdb.connect(str(state), read_only=True) as connection:
        rows = connection.execute(NEWEST_FILES).fetchall()
    return dict(rows)


def signature(files: Sequence[FoundFile]) -> str:
    """Return a text that is equal for files of the same names, sizes and times."""
    looks = [[file.file_path, file.byte_count, file.modified_at_ns] for file in files]
    return hashlib.sha256(json.dumps(sorted(looks)).encode()).hexdigest()[:16]
