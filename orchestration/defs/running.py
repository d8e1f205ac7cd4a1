"""The refresh at work as a Dagster resource: how its state passes between steps.

`make refresh` hands in the refresh that it opened; a run that Dagster starts (UI,
schedule) opens its own from the environment.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeAlias

import dagster as dg

from orchestration.lib.progress import Progress
from orchestration.lib.refreshing import Refresh, opened_refresh
from orchestration.resources import Settings

RefreshResource: TypeAlias = dg.ResourceParam[Refresh]


@dg.resource(description="One refresh, from its lock to its end.")
@contextmanager
def refresh_of_environment(context: dg.InitResourceContext) -> Iterator[Refresh]:
    """Open a refresh for a run that Dagster started itself."""
    settings = Settings.from_environment()
    progress = Progress(sys.stderr)
    with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
        yield refresh
