"""`make land` and plain `dbt build`: every model, data test and unit test of dbt."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.refreshes import DEMO, PROJECT, environment

pytestmark = pytest.mark.slow


def test_plain_dbt_build_passes_with_all_its_tests(tmp_path: Path) -> None:
    dbt = Path(sys.executable).with_name("dbt")
    settings = {
        **environment(tmp_path / "home", DEMO, BUILD_DIR=tmp_path / "build"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "PATH": os.environ["PATH"],
    }
    for command in (
        [sys.executable, "-m", "orchestration.commands", "land"],
        [dbt, "build"],
    ):
        done = subprocess.run(
            command, cwd=PROJECT, env=settings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr

    results = json.loads((tmp_path / "target" / "run_results.json").read_text())
    kinds = Counter(r["unique_id"].split(".")[0] for r in results["results"])
    assert kinds["unit_test"] > 80
    assert kinds["test"] > 90
    statuses = Counter(r["status"] for r in results["results"])
    # of what reads the warehouse nothing is built
    assert set(statuses) == {"success", "pass", "no-op"}
    assert statuses["no-op"] == kinds["exposure"]


def test_plain_dbt_refuses_settings_outside_their_ranges(tmp_path: Path) -> None:
    """Before anything is built: no landing is needed to be told so."""
    told = subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "run"),
            *("--select", "stg_landing_clock"),
            *("--vars", json.dumps({"activity_window_days": 0})),
        ],
        cwd=PROJECT,
        env={
            **environment(tmp_path / "home", DEMO, BUILD_DIR=tmp_path),
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
            "PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
    )
    assert told.returncode != 0
    assert "activity_window_days is 0; expected a whole number from 1" in told.stdout
