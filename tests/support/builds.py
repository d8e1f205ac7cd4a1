"""Land a folder and run dbt on it, as `make land` and `dbt build` do, without tests."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.refreshes import PROJECT


def build(landing: Path, folder: Path, *, as_of_date: str = "") -> Path:
    """Land into and build in `folder`; gives the path of the analytics database."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "CUSTOMER360_LANDING": str(landing),
        "CUSTOMER360_BUILD_DIR": str(folder),
        "CUSTOMER360_AS_OF_DATE": as_of_date,
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    for command in (
        [sys.executable, "-m", "orchestration.land"],
        [dbt, "--quiet", "seed"],
        [dbt, "--quiet", "run"],
    ):
        subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    return folder / "analytics.duckdb"
