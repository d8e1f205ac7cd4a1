"""The days of refreshes: which one a night is of, and which ones Dagster offers.

Reads no clock.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestration.settings.settings import Settings


def day_before(now: datetime, time_zone: str) -> date:
    """Return the last day that is over in a time zone at an instant."""
    return now.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def offered_day(day: date | None, settings: Settings, now: datetime) -> str | None:
    """Return the partition of a day; None where Dagster offers none for it.

    A day is offered once it is over, and from `first_day` on.
    """
    last = day_before(now, settings.business_timezone)
    if day is None or not settings.first_day <= day <= last:
        return None
    return day.isoformat()
