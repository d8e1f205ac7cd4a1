"""`make versions`, `rollback`, `purge` and `dev`: short commands around the home."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NoReturn

from orchestration.lib.contract import read_contract
from orchestration.lib.landing.texts import UnreadableFileError
from orchestration.lib.purging import purge, told
from orchestration.lib.rewriting import RewritingFailed
from orchestration.lib.versions import Home, HomeError, Version
from orchestration.resources import Settings, SettingsError, prepare_dagster

CONTRACT_FILE = "models/staging/_sources.yml"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="orchestration.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("versions", help="list what is published")
    rollback = commands.add_parser("rollback", help="let readers see an older version")
    rollback.add_argument("--to", help="id of a version; without it the one before")
    purging = commands.add_parser("purge", help="drop what still holds erased people")
    purging.add_argument(
        "--rewrite", action="store_true", help="rewrite landed files that hold them"
    )
    commands.add_parser("dev", help="open Dagster's UI on the home")
    given = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        home = Home(settings.home)
        if given.command == "dev":
            home.create()
            open_dagster(settings, home)
        for line in told_by(given, settings, home):
            print(line)
    except (SettingsError, HomeError, RewritingFailed, UnreadableFileError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def told_by(given: argparse.Namespace, settings: Settings, home: Home) -> Iterable[str]:
    """Carry out a command and return what it tells."""
    if given.command == "rollback":
        return rolled_back(home, given.to)
    if given.command == "purge":
        return purged(settings, home, is_rewriting=given.rewrite)
    return listed(home)


def purged(settings: Settings, home: Home, *, is_rewriting: bool) -> Iterable[str]:
    """Drop older versions, look through landed files; return what was done."""
    contract = read_contract(settings.project_dir / CONTRACT_FILE)
    with home.lock(settings.lock_wait_seconds):
        done = purge(
            home,
            settings.landing,
            contract,
            is_rewriting=is_rewriting,
            now=datetime.now(UTC),
        )
    return told(done)


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
