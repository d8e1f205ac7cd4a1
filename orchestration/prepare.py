"""`python -m orchestration.prepare`: make the home, and Dagster's instance in it.

What a service needs that starts Dagster's own processes: they read dagster.yaml from
DAGSTER_HOME, which is `<home>/dagster`. A refresh and `make dev` do it by themselves.
"""

import sys

from orchestration.lib.versions import Home, HomeError
from orchestration.resources import Settings, SettingsError, prepare_dagster


def main() -> int:
    """Prepare as a command; return the exit status."""
    try:
        home = Home(Settings.from_environment().home)
        home.create()
        prepare_dagster(home.dagster)
    except (SettingsError, HomeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"DAGSTER_HOME={home.dagster}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
