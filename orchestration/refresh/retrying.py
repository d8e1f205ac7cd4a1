"""Which failures of a refresh may pass by themselves, and how long to wait for that.

Data that is bad, code that fails and settings that cannot be meant stay so: trying
again would only delay the person who has to look.
"""

from orchestration.landing.report import LandingChangedError
from orchestration.store import disk
from orchestration.store.versions import AnotherRefreshRuns, DiskFull

# one, five, twenty minutes: a copy that is slow, a disk that somebody clears
BACK_OFF_SECONDS = (60, 300, 1200)
MAX_RETRIES = len(BACK_OFF_SECONDS)


def can_pass(error: BaseException | None) -> bool:
    """Say whether another try may well succeed although nobody does anything."""
    passing = (AnotherRefreshRuns, DiskFull, LandingChangedError, OSError)
    return isinstance(error, passing) or disk.says_full(error)


def seconds_before(attempt: int) -> float:
    """Return how long to wait before a further attempt; 1 is the first of them."""
    if attempt < 1:
        return 0
    return BACK_OFF_SECONDS[min(attempt, MAX_RETRIES) - 1]
