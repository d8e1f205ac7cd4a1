"""Opening a refresh: its settings are judged, and the lock of its home is held."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from orchestration.dbt.dbt_project import project_vars
from orchestration.refresh.progress import Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.access import Access
from orchestration.store.versions import Home


@contextmanager
def opened_refresh(
    settings: Settings, progress: Progress, now: datetime
) -> Iterator[Refresh]:
    """Hold the lock of the home and give the refresh that works under it.

    `now` (UTC) is the one instant against which "in the future" is judged. Raises
    SettingsError and HomeError.
    """
    settings.require_day_that_has_come(now)
    settings.require_vars(project_vars(settings.project_dir))
    settings.has_pseudonyms(project_vars(settings.project_dir))
    access = Access.of_groups(settings.readers_group, settings.private_group)
    home = Home(settings.home, access)

    def tell_wait(holder: str) -> None:
        progress.tell(
            f"Another refresh ({holder}) is at work in {home.path}; "
            f"waiting up to {settings.lock_wait_seconds} s for it."
        )

    with home.lock(settings.lock_wait_seconds, tell_wait):
        home.require_no_fault()
        refresh = Refresh(settings, home, progress, now)
        try:
            with disk.watched(home.path) as refresh.disk_watch:
                yield refresh
        except Exception as error:
            # what Dagster writes beside the steps lies on the same disk
            full = refresh.told_of_disk(error)
            if full is None:
                raise
            raise full from None
        finally:
            refresh.end()
