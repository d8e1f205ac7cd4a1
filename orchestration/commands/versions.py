"""`make versions`, `rollback`, `purge`, `check-freshness`: what is published."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import duckdb

from orchestration.alerts.operators import alert_operators
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.landing.texts import UnreadableFileError
from orchestration.privacy.erasure_ledger import held_by
from orchestration.privacy.purging import purge, told
from orchestration.privacy.rewriting import RewritingFailed
from orchestration.quality.holiday_years import told_of_ending_years
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.databases import opens
from orchestration.store.disk import in_megabytes
from orchestration.store.freshness import observed_until, told_hours, why_stale
from orchestration.store.journal import JOURNAL, Journal
from orchestration.store.versions import Home, HomeError, Version
from orchestration.text.printable import shown_lines
from orchestration.text.quoting import quoted_text

SHOWN_OTHERS = 10
FAILURES = (SettingsError, HomeError, RewritingFailed, UnreadableFileError)


Command: TypeAlias = Callable[[Settings, Home], Iterable[str]]


def tell_versions() -> int:
    """List what is published; return the exit status."""
    return _told(lambda settings, home: listed(home))


def roll_back(to: str | None) -> int:
    """Let readers see a version, the one before by default; return the exit status."""
    return _told(lambda settings, home: rolled_back(home, to))


def purge_the_erased(*, is_rewriting: bool) -> int:
    """Drop what still holds erased people; return the exit status."""
    return _told(
        lambda settings, home: purged(settings, home, is_rewriting=is_rewriting)
    )


def check_freshness() -> int:
    """Return 1 where what is published is too old, and alert."""
    try:
        settings = Settings.from_environment()
        return checked_freshness(settings, Home(settings.home))
    except FAILURES as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1


def _told(command: Command) -> int:
    """Print what a command tells, or why it failed; return the exit status."""
    try:
        settings = Settings.from_environment()
        for line in command(settings, Home(settings.home)):
            print(shown_lines(line))
    except FAILURES as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1
    return 0


def checked_freshness(settings: Settings, home: Home) -> int:
    """Tell how old the published version is; alert and return 1 where it is stale."""
    now = datetime.now(UTC)
    why = why_stale(home, now, timedelta(hours=settings.stale_after_hours))
    if why is not None:
        print(shown_lines(why), file=sys.stderr)
        alert_operators("The published version is stale", why)
        return 1
    version = home.current_version()
    assert version is not None  # else it would be stale
    age = told_hours(now - observed_until(home, version))
    print(f"Version {version.id} is {age} old.")
    for line in ending_holidays(settings, version, now):
        print(shown_lines(line), file=sys.stderr)
    return 0


def ending_holidays(settings: Settings, version: Version, now: datetime) -> list[str]:
    """Say which holidays of markets in use end soon: no fault, but work to do."""
    if not opens(version.analytics):
        return []
    with duckdb.connect() as connection:
        path = quoted_text(str(version.analytics))
        connection.execute(f"attach {path} as analytics (read_only)")
        return told_of_ending_years(connection, settings.project_dir, now.date())


def purged(settings: Settings, home: Home, *, is_rewriting: bool) -> Iterator[str]:
    """Drop older versions, look through landed files; yield what was done.

    Raises HomeError at the end where readers may still see people who were erased.
    """
    contract = read_contract(settings.project_dir / CONTRACT_FILE)
    with home.lock(settings.lock_wait_seconds):
        home.require_no_fault()
        done = purge(
            home,
            settings.landing,
            contract,
            is_rewriting=is_rewriting,
            now=datetime.now(UTC),
        )
    yield from told(done)
    if done.held_people:
        raise HomeError(
            f"Readers see version {done.version_id}, which was made before"
            f" {done.held_people:,} people were erased, and holds them. `make refresh`"
            " erases them again; `make purge` after it drops this version and looks"
            " through the landed files."
        )


def listed(home: Home) -> Iterator[str]:
    """Yield a line a version, and one a refresh since then that published none."""
    versions = home.versions()
    if (fault := home.fault()) is not None:
        yield fault
    for broken in home.broken_ids():
        yield (
            f"   {broken}  its manifest cannot be read; once a newer one is current,"
            " `make purge` drops it"
        )
    if not versions:
        yield f"Nothing is published in {home.path} yet."
    lines = {version.id: described(home, version) for version in versions}
    noted = Journal(home.logs / JOURNAL).records()
    oldest = min(lines, default="")
    others = [
        record
        for record in noted
        if record["refresh_id"] > oldest and record["outcome"] != "published"
    ]
    for record in others[-SHOWN_OTHERS:]:
        lines.setdefault(record["refresh_id"], ended(record))
    yield from (line for _, line in sorted(lines.items()))


def rolled_back(home: Home, to: str | None) -> Iterator[str]:
    """Flip `current` back and yield what readers see now; raise HomeError."""
    with home.lock():
        refuse_the_erased(home, home.rollback_target(to))
        version = home.rollback(to)
    day = version.manifest["as_of_date"]
    yield f"Readers now see version {version.id}, as of {day}."
    yield "The next refresh starts from its state."


def refuse_the_erased(home: Home, target: Version) -> None:
    """Raise HomeError where a version still holds people who were erased since."""
    people = held_by(home, target)
    if not people:
        return
    others = [v.id for v in home.versions() if not held_by(home, v)]
    raise HomeError(
        f"Version {target.id} was made before {people:,} people were erased, and"
        " readers would see them again. Not rolled back. Versions without them: "
        f"{', '.join(others) or 'none'}. If what is published now is wrong, mend its"
        " cause (a file, or the code) and `make refresh`."
    )


def described(home: Home, version: Version) -> str:
    """Return the line of a version."""
    manifest = version.manifest
    mark = "->" if version.is_current else "  "
    restated = ", restated" if manifest["is_restated"] else ""
    rows = sum(manifest["rows"].values())
    usage = home.usage_of(version.id)
    shared = f" ({in_megabytes(usage.shared)} shared)" if usage.shared else ""
    return (
        f"{mark} {version.id}  as of {manifest['as_of_date']}{restated}"
        f"  published in {sum(manifest['seconds'].values()):.1f} s"
        f"  {in_megabytes(usage.total)}{shared}"
        f"  {manifest['reconciled_rows']['landed']:,} rows landed, {rows:,} published"
    )


def ended(record: Mapping[str, Any]) -> str:
    """Return the line of a refresh that published nothing."""
    step = f" in step {record['failed_step']}" if record["failed_step"] else ""
    timing = ""
    if record["ended_at"]:
        began, over = map(
            datetime.fromisoformat, (record["started_at"], record["ended_at"])
        )
        timing = f" after {(over - began).total_seconds():.1f} s"
    outcome = record["outcome"] if record["ended_at"] else "killed, or at work"
    return f"   {record['refresh_id']}  {outcome}{timing}{step}"
