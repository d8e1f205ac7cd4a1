"""`make versions`, `make rollback` and `make dev`: short commands around the home."""

import argparse
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from orchestration.lib.versions import Home, HomeError, Version
from orchestration.resources import Settings, SettingsError, prepare_dagster


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="orchestration.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("versions", help="list what is published")
    rollback = commands.add_parser("rollback", help="let readers see an older version")
    rollback.add_argument("--to", help="id of a version; without it the one before")
    commands.add_parser("dev", help="open Dagster's UI on the home")
    given = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        home = Home(settings.home)
        if given.command == "dev":
            home.create()
            open_dagster(settings, home)
        lines = rolled_back(home, given.to) if given.command == "rollback" else ()
        for line in lines or listed(home):
            print(line)
    except (SettingsError, HomeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def listed(home: Home) -> Iterator[str]:
    """Yield a line a version, the newest last."""
    versions = home.versions()
    if not versions:
        yield f"Nothing is published in {home.path} yet."
    for version in versions:
        yield described(version)


def rolled_back(home: Home, to: str | None) -> Iterator[str]:
    """Flip `current` back and yield what readers see now; raise HomeError."""
    with home.lock():
        version = home.rollback(to)
    day = version.manifest["as_of_date"]
    yield f"Readers now see version {version.id}, as of {day}."
    yield "The next refresh starts from its state."


def described(version: Version) -> str:
    """Return the line of a version."""
    manifest = version.manifest
    mark = "->" if version.is_current else "  "
    restated = ", restated" if manifest["is_restated"] else ""
    rows = sum(manifest["rows"].values())
    return (
        f"{mark} {version.id}  as of {manifest['as_of_date']}{restated}  "
        f"{manifest['reconciled_rows']['landed']:,} rows landed, {rows:,} published"
    )


def open_dagster(settings: Settings, home: Home) -> NoReturn:
    """Become `dagster dev` with the instance of the home."""
    prepare_dagster(home.dagster)
    print(f"Dagster's UI is coming up; its instance is {home.dagster}.", flush=True)
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


if __name__ == "__main__":
    sys.exit(main())
