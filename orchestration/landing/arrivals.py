"""Which files of the landing folder no published version knows, and whether they hold.

Looks at names, sizes, inodes and times of change only: content is the business of
`landing`.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.landing import raw
from orchestration.landing.contract import Contract
from orchestration.landing.discover import FoundFile, Look, discover
from orchestration.landing.report import LandingError
from orchestration.settings.reading_rules import NO_RULES, ReadingRules

Known = dict[str, Look]
NEWEST_FILES = (
    "select table_name, max(modified_at_ns) / 1e9 from raw.landing_files"
    " where is_current group by all"
)


def unknown_files(
    landing: Path,
    contract: Contract,
    state: Path | None,
    rules: ReadingRules = NO_RULES,
) -> list[FoundFile]:
    """Return the files that a state database does not know as they lie there now.

    `state` None knows nothing. A folder that cannot be landed has no files: the nightly
    refresh tells of it.
    """
    try:
        found = discover(landing, contract, rules).files
    except LandingError:
        return []
    known = known_files(state)
    return [file for file in found if known.get(file.file_path) != file.look]


def known_files(state: Path | None) -> Known:
    """Return by path how what a state database holds lay in the landing folder."""
    # a version that is dropped meanwhile knows nothing any more
    with suppress(duckdb.IOException):
        if state is not None and state.exists():
            with duckdb.connect(str(state), read_only=True) as connection:
                files = raw.known_files(connection)
            return {file.file_path: file.look for file in files if file.is_current}
    return {}


def newest_files(state: Path) -> dict[str, float]:
    """Return when the newest file in force of each table changed, in Unix seconds."""
    with duckdb.connect(str(state), read_only=True) as connection:
        rows = connection.execute(NEWEST_FILES).fetchall()
    return dict(rows)


def signature(files: Sequence[FoundFile]) -> str:
    """Return a text that is equal for files that lie there under the same names."""
    looks = [[file.file_path, *file.look] for file in files]
    return hashlib.sha256(json.dumps(sorted(looks)).encode()).hexdigest()[:16]
