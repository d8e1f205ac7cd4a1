"""How old the published version is, and from when on that is too old.

A version is as old as the last look that found it right: that of its own refresh, or of
a later one that had nothing to build. Reads no clock.
"""

from datetime import UTC, datetime, timedelta

from orchestration.store.journal import JOURNAL, Journal
from orchestration.store.versions import Home, Version


def observed_until(home: Home, version: Version) -> datetime:
    """Return the instant (UTC) until which a version says what landed."""
    confirmed = [
        datetime.fromisoformat(record["observed_until_at"]).replace(tzinfo=UTC)
        for record in Journal(home.logs / JOURNAL).records()
        if record["outcome"] == "unchanged" and record["version"] == version.id
    ]
    own = datetime.fromisoformat(str(version.manifest["observed_until_at"]))
    return max([own, *confirmed])


def why_stale(home: Home, now: datetime, stale_after: timedelta) -> str | None:
    """Say in a sentence why what readers see is too old; None where it is not."""
    version = home.current_version()
    if (fault := home.fault()) is not None:
        return fault
    if version is None:
        if home.current_id is not None:
            return (
                f"{home.current} names version {home.current_id}, which is not there."
            )
        return f"Nothing has been published in {home.path} yet."
    age = now - observed_until(home, version)
    if age <= stale_after:
        return None
    return (
        f"Readers of {home.path} see version {version.id} (as of "
        f"{version.manifest['as_of_date']}), which is {told_hours(age)} old; "
        f"{told_hours(stale_after)} are allowed (CUSTOMER360_STALE_AFTER_HOURS). "
        f"Why newer ones failed stands in {home.logs}."
    )


def told_hours(age: timedelta) -> str:
    """Return an age as a person says it."""
    return f"{age.total_seconds() / 3600:,.0f} h"
