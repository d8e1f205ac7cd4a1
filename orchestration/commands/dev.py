"""`make dev`: Dagster's UI on the home."""

import os
import sys
from typing import NoReturn

from orchestration.commands.prepare import end_runs_of_the_last_daemon
from orchestration.settings.dagster_instance import prepare_dagster
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.versions import Home, HomeError
from orchestration.text.printable import shown_lines


def main() -> int:
    """Become Dagster's UI; return 1 where that cannot be."""
    try:
        settings = Settings.from_environment()
        home = Home(settings.home)
        home.create()
        open_dagster(settings, home)
    except (SettingsError, HomeError) as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1


def open_dagster(settings: Settings, home: Home) -> NoReturn:
    """Become `dagster dev` with the instance of the home."""
    prepare_dagster(home.dagster)
    end_runs_of_the_last_daemon(home)
    print(f"Dagster's UI is coming up; its instance is {home.dagster}.")
    at, zone = settings.nightly_at, settings.business_timezone
    print(f"While it runs, a refresh starts every night at {at:%H:%M} ({zone}).")
    sys.stdout.flush()
    # with -m every process of Dagster finds the project in its working directory
    os.chdir(settings.project_dir)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "orchestration.definitions",
    ]
    os.execv(sys.executable, command)
