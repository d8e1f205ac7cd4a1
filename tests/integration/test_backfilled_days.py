"""A backfill of whole days: cut, gone on with, and the same as a plain refresh."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.store.versions import Home
from tests.support.cells import differences, public_cells
from tests.support.refreshes import PROJECT, Published, environment, refresh

pytestmark = [pytest.mark.slow, pytest.mark.long]

FIRST, LAST = "2025-06-10", "2025-06-11"


def start(home: Path, landing: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "orchestration.commands", "backfill"]
    return subprocess.Popen(
        [*command, "--from", FIRST, "--to", LAST],
        cwd=PROJECT,
        env=environment(home, landing),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_backfill_that_was_killed_goes_on(demo_copy: Published) -> None:
    home = Home(demo_copy.home)
    seen = home.current_id

    killed = start(demo_copy.home, demo_copy.landing)
    assert killed.stdout is not None
    said = ""
    while "[1/2]" not in said:
        said = killed.stdout.readline()
        assert said, "it ended before the first day was built"
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()

    output, _ = start(demo_copy.home, demo_copy.landing).communicate(timeout=300)
    assert f"[1/2] {FIRST}  published before as version" in output
    assert f"[2/2] {LAST}  published as version" in output
    assert "2 days: 1 published, 1 had been before, 0 failed." in output

    assert home.current_id == seen, "no reader is led back in time"
    aside = {v.manifest["as_of_date"]: v for v in home.versions() if v.id != seen}
    assert set(aside) == {FIRST, LAST}

    # the same day, asked for by itself: the same cells
    plain = refresh(demo_copy.home, demo_copy.landing, AS_OF_DATE=FIRST)
    assert plain.returncode == 0, plain.stdout
    assert home.current_id not in (seen, None)
    again = public_cells(demo_copy.analytics_path, trace=True)
    assert differences(public_cells(aside[FIRST].analytics, trace=True), again) == []
