"""A backfill: which of its days are to be built, and what is told of each.

Belongs here: the plan, and what a person reads. Does not belong here: building a day
(`refreshing`), and the clock. A day that was published from the same inputs by the same
code under the same settings is done: building it again would give the same cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.arrivals import unknown_files
from orchestration.landing.contract import Contract
from orchestration.refresh import manifest as facts
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.versions import DiskFull, Home, Version

SHOWN_FAILURES = 5


@dataclass(frozen=True)
class MadeFrom:
    """What decides the cells of a version, its day aside."""

    inputs_checksum: str
    code_version: str
    settings_checksum: str

    def made(self, record: Mapping[str, Any]) -> bool:
        """Say whether what a record or manifest tells of was made from this."""
        return all(record.get(name) == value for name, value in vars(self).items())


@dataclass(frozen=True)
class Outcome:
    """What became of one day: published now, done before, or failed."""

    day: date
    outcome: str
    said: str
    seconds: float = 0.0


def made_from_now(
    settings: Settings, contract: Contract, home: Home
) -> MadeFrom | None:
    """Return what a refresh of now would be made from.

    None where nothing was published yet, or where the landing folder holds files that
    neither the current nor the newest version knows: then only a refresh can tell.
    """
    candidates = [home.current_id, *(version.id for version in home.versions()[-1:])]
    for version_id in filter(None, candidates):
        state = home.state_of(version_id)
        if state.exists() and not unknown_files(
            settings.landing, contract, state, settings.reading_rules
        ):
            return MadeFrom(
                inputs_checksum=_inputs_checksum(state),
                code_version=facts.code_version(settings.project_dir),
                settings_checksum=facts.settings_checksum(settings),
            )
    return None


def published_days(
    records: Iterable[Mapping[str, Any]],
    versions: Iterable[Version],
    made_from: MadeFrom | None,
) -> dict[date, str]:
    """Return the version of every day that was published from this.

    The versions on disk know better than the journal: a refresh may be killed after it
    published and before it noted so.
    """
    if made_from is None:
        return {}
    told = [record for record in records if record.get("outcome") == "published"]
    manifests = [{**v.manifest, "version": v.id} for v in versions]
    return {
        date.fromisoformat(str(done["as_of_date"])[:10]): str(done["version"])
        for done in (*told, *manifests)
        if made_from.made(done)
    }


def require_space(home: Home, days: int, keep_backfilled: int) -> None:
    """Raise DiskFull where the versions of a backfill would not fit."""
    current = home.current_version()
    if current is None:
        return
    kept = min(days, keep_backfilled)
    needed = kept * disk.size_of(current.path, home.state_of(current.id))
    free = disk.free_bytes(home.path)
    if free < needed:
        raise DiskFull(
            f"The disk of {home.path} has {disk.in_megabytes(free)} free, and the "
            f"versions of {kept} days may need {disk.in_megabytes(needed)}. Free some "
            "space, ask for fewer days, or keep fewer of them "
            "(CUSTOMER360_KEEP_BACKFILLED)."
        )


def told_before(version: str, kept: Iterable[Version]) -> str:
    """Say of a day that it is done, and whether its version is still there."""
    if version in {version.id for version in kept}:
        return f"published before as version {version}"
    return (
        f"published before as version {version}, which is no longer kept "
        "(AGAIN=1 builds it anew)"
    )


def told_end(outcomes: Sequence[Outcome], days: int) -> list[str]:
    """Say what became of all days, in a line or two."""
    count = {
        name: [o.day for o in outcomes if o.outcome == name]
        for name in ("published", "before", "failed")
    }
    failed = count["failed"]
    parts = [
        f"{len(count['published'])} published",
        f"{len(count['before'])} had been before",
        f"{len(failed)} failed",
    ]
    if len(outcomes) < days:
        parts.append(f"{days - len(outcomes)} not begun")
    lines = [f"{days} days: {', '.join(parts)}."]
    if failed:
        shown = ", ".join(str(day) for day in failed[:SHOWN_FAILURES])
        rest = len(failed) - SHOWN_FAILURES
        more = f" and {rest} more" if rest > 0 else ""
        lines.append(f"Failed: {shown}{more}. The same command goes on with them.")
    return lines


def _inputs_checksum(state: Path) -> str:
    with duckdb.connect(str(state), read_only=True) as connection:
        return facts.inputs_checksum(connection)
