"""`make candidates`: customer records that may be one person, for a person to decide.

The second, optional step of identity resolution: the command only. The model stands in
`identity.matching`, the lists by hand in `identity.merge_lists`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.identity.candidates import Candidate, write_candidates
from orchestration.identity.compared_records import MatchingError
from orchestration.identity.matching import find_candidates, is_installed
from orchestration.identity.merge_lists import (
    MergeListError,
    RecordPair,
    add_pairs,
    read_pairs,
)
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.versions import STATE, Home
from orchestration.text.printable import shown_lines

ALWAYS_MERGE = "seeds/lookups/identity_always_merge.csv"
NEVER_MERGE = "seeds/lookups/identity_never_merge.csv"
CANDIDATES = "identity_candidates.csv"
LISTED_FROM = 0.5


def main(threshold: float | None, *, is_accepted: bool, is_dev: bool) -> int:
    """Find candidates once; return the exit status."""
    if not is_installed():
        print(
            "Splink is not installed in this environment. `make candidates` makes one"
            " that has it; or: pip install -r requirements-matching.lock",
            file=sys.stderr,
        )
        return 1
    try:
        settings = Settings.from_environment()
        least = LISTED_FROM if threshold is None else threshold
        for line in _found(settings, least, is_accepted, is_dev):
            print(shown_lines(line))
    except (SettingsError, MatchingError, MergeListError, duckdb.Error) as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1
    return 0


def _found(
    settings: Settings, least: float, is_accepted: bool, is_dev: bool
) -> Iterator[str]:
    state = _state(settings, is_dev)
    always, never = (
        settings.project_dir / name for name in (ALWAYS_MERGE, NEVER_MERGE)
    )
    decided = read_pairs(always) | read_pairs(never)
    candidates = find_candidates(state, least, decided)
    file = Home(settings.home).reviews / CANDIDATES
    write_candidates(file, candidates)
    yield f"Read {state}."
    yield (
        f"{len(candidates):,} candidates of probability {least:g} and more, with names,"
        f" in {file}."
    )
    if is_accepted:
        count = add_pairs(always, _reasons(candidates, least))
        yield (
            f"Added {count:,} pairs to {ALWAYS_MERGE}: the next refresh joins them, and"
            " deleting their lines undoes it."
        )
    else:
        yield f"To join two, add their records to {ALWAYS_MERGE};"
        yield f"to keep two apart for good, to {NEVER_MERGE}."


def _reasons(
    candidates: list[Candidate], least: float
) -> Iterator[tuple[RecordPair, str]]:
    for candidate in candidates:
        yield (
            candidate.pair,
            f"probability {candidate.probability:.4f}, threshold {least:g}",
        )


def _state(settings: Settings, is_dev: bool) -> Path:
    """Return the state to read; raise MatchingError where there is none."""
    if is_dev:
        state = settings.build_dir / STATE
    else:
        home = Home(settings.home)
        if home.current_id is None:
            raise MatchingError(
                f"Nothing is published in {settings.home} yet: `make refresh` first."
            )
        state = home.state_of(home.current_id)
    if not state.exists():
        raise MatchingError(f"There is no state database {state}.")
    return state
