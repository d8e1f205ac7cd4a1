"""Days and moments of the simulated company: day numbers, daylight, time zones.

A day is a number counted from FIRST_DAY, a moment is seconds since 1970 in UTC.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from orchestration.synthetic.parameters import (
    ACQUISITION_GROWTH_PER_YEAR,
    EXPORTED_AT,
    FIRST_DAY,
    LAST_DAY,
    MARKETS,
    SEASON_AMPLITUDE,
    SEASON_PEAK_DAY_OF_YEAR,
)
from orchestration.synthetic.randomness import Floats, Integers

DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1)
FIRST_EPOCH_DAY = (FIRST_DAY - EPOCH).days
DAY_COUNT = (LAST_DAY - FIRST_DAY).days + 1
EXPORTED = int(EXPORTED_AT.replace(tzinfo=UTC).timestamp())
NEVER = 1_000_000  # a day that does not come


def day_number(day: date) -> int:
    """Return the day's number, FIRST_DAY being 0."""
    return (day - FIRST_DAY).days


def epoch_day(day: Integers) -> Integers:
    """Return days since 1970 for day numbers."""
    return day + FIRST_EPOCH_DAY


def birthdays(born: Integers, year: int) -> Integers:
    """Return the birthdays in a year; both in days since 1970.

    Whoever was born on 29 February has theirs a day earlier in common years.
    """
    month = born.astype("datetime64[D]").astype("datetime64[M]")
    days_into_month = born - _first_days(month)
    month_of_year = month.astype(np.int64) % 12
    this_month = np.datetime64(f"{year}-01", "M") + month_of_year
    last_day = _first_days(this_month + 1) - 1
    return np.asarray(np.minimum(_first_days(this_month) + days_into_month, last_day))


def _first_days(month: npt.NDArray[np.datetime64]) -> Integers:
    return month.astype("datetime64[D]").astype(np.int64)


@cache
def _offsets() -> Integers:
    """Return seconds east of UTC at noon, by market and day number."""
    zones = [ZoneInfo(market.time_zone) for market in MARKETS]
    noons = [
        datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=day, hours=12)
        for day in range(DAY_COUNT + 30)
    ]
    offsets = [[noon.replace(tzinfo=z).utcoffset() for noon in noons] for z in zones]
    return np.array(
        [
            [int((offset or timedelta()).total_seconds()) for offset in row]
            for row in offsets
        ],
        dtype=np.int64,
    )


def local_moment(market: Integers, day: Integers, seconds: Integers) -> Integers:
    """Return the UTC moment of a local time of day, `seconds` after midnight.

    Meant for daytime: the offset is that of noon. Days before FIRST_DAY take its own.
    """
    offsets = _offsets()
    offset = offsets[market, np.clip(day, 0, offsets.shape[1] - 1)]
    return np.asarray(epoch_day(day) * DAY_SECONDS + seconds - offset)


def day_of(moment: Integers) -> Integers:
    """Return the UTC day number of a moment."""
    return np.asarray(moment // DAY_SECONDS - FIRST_EPOCH_DAY)


def daytime(random: np.random.Generator, size: int) -> Integers:
    """Draw seconds after midnight between 7 and 23 o'clock, most in the evening."""
    return np.asarray((7 + 16 * random.beta(2.2, 1.6, size)) * 3600).astype(np.int64)


def working_hours(random: np.random.Generator, size: int) -> Integers:
    """Draw seconds after midnight between 9 and 17 o'clock."""
    return random.integers(9 * 3600, 17 * 3600, size)


@cache
def arrival_weights() -> Floats:
    """Return how many new customers each day brings, in proportion."""
    day = np.arange(DAY_COUNT)
    growth = ACQUISITION_GROWTH_PER_YEAR ** (day / 365.0)
    angle = 2 * np.pi * (day - SEASON_PEAK_DAY_OF_YEAR) / 365.0
    return np.asarray(growth * (1 + SEASON_AMPLITUDE * np.cos(angle)))
