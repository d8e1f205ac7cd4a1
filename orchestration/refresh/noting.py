"""What one refresh notes of itself, from its begin to its end.

Belongs here: the record that grows while the steps work, and its way into the journal.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.refresh.progress import Progress
from orchestration.store.journal import JOURNAL, Journal, RefreshRecord
from orchestration.store.versions import Home


class Notes:
    """The record of one refresh; `now` is the instant at which it began."""

    def __init__(
        self,
        home: Home,
        progress: Progress,
        refresh_id: str,
        now: datetime,
        *,
        is_forced: bool,
    ) -> None:
        instant = now.astimezone(UTC).replace(tzinfo=None)
        self.record = RefreshRecord(
            refresh_id=refresh_id,
            started_at=instant,
            observed_until_at=instant,
            is_forced=is_forced,
        )
        self.journal = Journal(home.logs / JOURNAL)
        self.has_begun = False
        self.has_ended = False
        self._progress = progress
        self._started = time.monotonic()

    def begin(self) -> None:
        """Note that it is at work, so that one that is killed is known."""
        self.has_begun = True
        self.journal.note(self.record)

    def change(self, **values: Any) -> RefreshRecord:
        """Say more of it; return the record as it is now."""
        self.record = replace(self.record, **values)
        return self.record

    def change_timed(self, **values: Any) -> RefreshRecord:
        """Say more of it, with the seconds that its steps have taken so far."""
        changed = replace(self.record, ended_at=self._now(), **values)
        self.record = changed.timed(self._progress.seconds_so_far())
        return self.record

    def end(self) -> None:
        """Put the record as it is into the journal, as the last word."""
        self.has_ended = True
        self.journal.note(self.record)

    def _now(self) -> datetime:
        """The begin plus what passed since: the clock itself is read once."""
        elapsed = timedelta(seconds=time.monotonic() - self._started)
        return self.record.started_at + elapsed
