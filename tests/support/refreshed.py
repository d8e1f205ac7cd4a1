"""Whole refreshes that answer like the warm process: the same questions, both ways."""

from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb

from orchestration.quality.doors import QualityResult
from tests.support.compiled import Built
from tests.support.refreshes import refresh


class Runs(Protocol):
    """What lands a folder and builds it anew: the warm process, or a refresh."""

    def run(
        self, landing: Path, *, as_of_date: date | None = None, doors: bool = True
    ) -> Built:
        """Land and build; what is given back answers until the next run."""


class RefreshedWarehouse:
    """Homes below a folder, each published by one whole refresh.

    A data test that finds rows stops a refresh, so none is left to be told; the checks
    of both doors are those of `audit.quality_results`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def run(
        self, landing: Path, *, as_of_date: date | None = None, doors: bool = True
    ) -> Built:
        """Refresh a new home; fails where the refresh does not publish."""
        self._count += 1
        home = self._folder / f"home_{self._count}"
        day = {"AS_OF_DATE": as_of_date.isoformat()} if as_of_date else {}
        outcome = refresh(home, landing, **day)
        assert outcome.returncode == 0, outcome.stdout
        connection = _opened(home)
        return Built(connection, None, (), _checks(connection) if doors else (), {})


def _opened(home: Path) -> duckdb.DuckDBPyConnection:
    version = (home / "current").resolve()
    connection = duckdb.connect()
    for file in (
        home / "state" / version.name / "state.duckdb",
        version / "private.duckdb",
        version / "analytics.duckdb",
    ):
        name = str(file).replace("'", "''")
        connection.execute(f"attach '{name}' as {file.stem} (read_only)")
    connection.execute("use analytics")
    return connection


def _checks(connection: duckdb.DuckDBPyConnection) -> tuple[QualityResult, ...]:
    cursor = connection.execute(
        "select * exclude (refresh_id) from analytics.audit.quality_results"
        " order by all"
    )
    names = [column[0] for column in cursor.description or []]
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return tuple(QualityResult(**dict(zip(names, row, strict=True))) for row in rows)
