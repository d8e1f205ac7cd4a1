"""`python -m orchestration.commands prepare`: make the home, and Dagster in it.

What a service needs that starts Dagster's own processes: they read dagster.yaml from
DAGSTER_HOME, which is `<home>/dagster`. A refresh and `make dev` do it by themselves.
With the word `daemon`, before a daemon starts, it ends the runs of the last one.
"""

import sys
from contextlib import suppress

from orchestration.settings.dagster_instance import prepare_dagster
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.versions import AnotherRefreshRuns, Home, HomeError


def main(*, is_before_daemon: bool) -> int:
    """Prepare as a command; return the exit status."""
    try:
        home = Home(Settings.from_environment().home)
        home.create()
        prepare_dagster(home.dagster)
        if is_before_daemon:
            end_runs_of_the_last_daemon(home)
    except (SettingsError, HomeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"DAGSTER_HOME={home.dagster}")
    return 0


def end_runs_of_the_last_daemon(home: Home) -> None:
    """End the runs that died with it: else Dagster would wait for them for ever."""
    import dagster as dg

    from orchestration.defs.running import RUNS, end_lost_runs

    with (
        suppress(AnotherRefreshRuns),
        home.lock(),
        dg.DagsterInstance.get() as instance,
    ):
        end_lost_runs(instance, RUNS)
