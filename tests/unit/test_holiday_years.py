"""The lookup of holidays warns half a year before it ends, for markets in use."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.versions import ending_holidays
from orchestration.quality.holiday_years import (
    LOOKUP,
    ending_years,
    told_of_ending_years,
)
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR
from orchestration.store.versions import Version


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / LOOKUP
    file.parent.mkdir(parents=True)
    file.write_text(
        "market,holiday_date,holiday_name,is_greeting\n"
        "DE,2025-12-25,Christmas Day,true\n"
        "DE,2026-01-01,New Year's Day,true\n"
        "FR,2026-12-25,Christmas Day,true\n"
        "US,2027-01-01,New Year's Day,true\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("day", "ending"),
    [
        (date(2026, 6, 30), {}),
        (date(2026, 7, 1), {2026: ["DE", "FR"]}),
        (date(2027, 6, 30), {2026: ["DE", "FR"]}),
        (date(2028, 1, 1), {2026: ["DE", "FR"], 2027: ["US"]}),
    ],
)
def test_half_a_year_before_the_last_year_ends(
    project: Path, day: date, ending: dict[int, list[str]]
) -> None:
    assert ending_years(project, {"DE", "FR", "US", "unknown"}, day) == ending


def test_only_markets_in_use_are_named(project: Path) -> None:
    assert ending_years(project, {"FR", "JP"}, date(2026, 7, 1)) == {2026: ["FR"]}
    assert ending_years(project, set(), date(2030, 1, 1)) == {}


def test_markets_are_those_of_customers(project: Path) -> None:
    with duckdb.connect() as connection:
        assert told_of_ending_years(connection, project, date(2026, 12, 1)) == []
        connection.execute("attach ':memory:' as analytics")
        connection.execute("create schema analytics.marts")
        connection.execute(
            "create table analytics.marts.dim_customers as"
            " select unnest(['DE', 'DE', 'unknown']) as market"
        )
        (line,) = told_of_ending_years(connection, project, date(2026, 12, 1))
        assert "no holidays of DE after 2026" in line
        assert "Add the next year" in line


def test_check_freshness_asks_the_published_version(
    project: Path, tmp_path: Path
) -> None:
    version = Version("v", tmp_path, is_current=True, manifest={})
    settings = Settings(Path(), Path(), Path(), project_dir=project)
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert ending_holidays(settings, version, now) == []
    with duckdb.connect(str(version.analytics)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_customers as select 'FR' as market")
    (line,) = ending_holidays(settings, version, now)
    assert "no holidays of FR after 2026" in line


def test_the_lookup_of_the_project_can_be_read() -> None:
    assert ending_years(PROJECT_DIR, {"DE"}, date(2100, 1, 1)).popitem()[1] == ["DE"]
