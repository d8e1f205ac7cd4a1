"""Whole refreshes, as a command and in this process."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestration.refresh.refreshing import Refresh

PROJECT = Path(__file__).resolve().parents[2]
DEMO = PROJECT / "seeds" / "demo"


@dataclass(frozen=True)
class Published:
    """A home in which the demo was published, and what the command said."""

    home: Path
    landing: Path
    output: str

    @property
    def analytics_path(self) -> Path:
        """The published database, by the path that readers know."""
        return self.home / "current" / "analytics.duckdb"


def environment(home: Path, landing: Path, **settings: object) -> dict[str, str]:
    """The environment of a command: this home and landing, and no other setting."""
    inherited = {k: v for k, v in os.environ.items() if "CUSTOMER360" not in k}
    given = {f"CUSTOMER360_{name}": str(value) for name, value in settings.items()}
    return {
        **inherited,
        "CUSTOMER360_HOME": str(home),
        "CUSTOMER360_LANDING": str(landing),
        **given,
    }


def start_refresh(
    home: Path, landing: Path, **settings: object
) -> "subprocess.Popen[str]":
    """Start `make refresh` without make, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.commands", "refresh"],
        cwd=PROJECT,
        env=environment(home, landing, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def refresh(
    home: Path, landing: Path, **settings: object
) -> "subprocess.CompletedProcess[str]":
    """Run `make refresh` without make; stderr is in stdout."""
    process = start_refresh(home, landing, **settings)
    output, _ = process.communicate(timeout=900)
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def land_and_check(refresh: Refresh) -> None:
    """Take the steps of a refresh up to the landing door, without Dagster."""
    refresh.begin()
    refresh.land()
    refresh.check_landing()
