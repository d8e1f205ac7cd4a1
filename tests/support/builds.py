"""Land a folder and build models of it, without tests: by dbt, or in this process.

`build` runs what `make land` and `dbt build` run, a night upon the night before.
`build_anew` takes a fifth of its time for what a first night gives.
"""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from tests.support.compiled import DATABASES, Warehouse
from tests.support.refreshes import PROJECT

# dbt parses once for all builds of this process: it parses anew where a path differs
_parsed = TemporaryDirectory(prefix="parsed-")


def build(
    landing: Path,
    folder: Path,
    *,
    as_of_date: str = "",
    select: tuple[str, ...] = (),
    variables: dict[str, int] | None = None,
    **settings: str,
) -> Path:
    """Land into and build in `folder`; gives the path of the analytics database.

    `select` names what is built, with all that it needs; nothing named builds all.
    `settings` are further CUSTOMER360_ settings, `variables` those of dbt.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(variables or {})
    building = Path(_parsed.name) / "building"
    building.unlink(missing_ok=True)
    building.symlink_to(folder.resolve())
    environment = {
        **os.environ,
        **{f"CUSTOMER360_{name}": value for name, value in settings.items()},
        "CUSTOMER360_LANDING": str(landing),
        "CUSTOMER360_BUILD_DIR": str(building),
        "CUSTOMER360_AS_OF_DATE": as_of_date,
        "DBT_TARGET_PATH": str(Path(_parsed.name) / str(crc32(told.encode()))),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
    dbt += ["--resource-type", "seed", "--resource-type", "model"]
    dbt += ["--vars", told]
    for name in select:
        dbt += ["--select", f"+{name}"]
    for command in ([sys.executable, "-m", "orchestration.commands", "land"], dbt):
        subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    return folder / "analytics.duckdb"


def build_anew(
    landing: Path,
    folder: Path,
    *,
    as_of_date: str = "",
    select: tuple[str, ...] = (),
    variables: dict[str, int] | None = None,
    **settings: Any,
) -> Path:
    """Land and build in this process, and write the databases into `folder`.

    As `build` gives them where nothing was built before; the warm process is held to
    what dbt builds by test_compiled. `settings` are fields of Settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with Warehouse(variables=variables, **settings) as warehouse:
        warehouse.run(
            landing,
            as_of_date=date.fromisoformat(as_of_date) if as_of_date else None,
            select=select or None,
            tests=False,
            doors=False,
        )
        for name in DATABASES:
            file = str(folder / f"{name}.duckdb").replace("'", "''")
            warehouse.connection.execute(f"attach '{file}' as written")
            warehouse.connection.execute(f"copy from database {name} to written")
            warehouse.connection.execute("detach written")
    return folder / "analytics.duckdb"
