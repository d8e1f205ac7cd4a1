"""Days asked for again: nothing is built where nothing changed, and cells stay cells.

One story: the demo as it was published, once more, once more by force, a past day, and
the first day again. Files of versions are compared byte by byte.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.cells import differences, public_cells
from tests.support.refreshes import Published, refresh

pytestmark = [pytest.mark.slow, pytest.mark.long]

PAST_DAY = "2025-03-31"
# what tells of the refresh itself
OF_THE_REFRESH = {
    "audit/refreshes.parquet",
    "audit/quality_results.parquet",
    "audit/quality_profiles.parquet",
}


@dataclass(frozen=True)
class Story:
    """The home at the end, ids of its versions by turn, and what the second said."""

    home: Path
    first: str
    forced: str
    past: str
    again: str
    said_unchanged: str
    current_after_unchanged: str

    def folder(self, version: str) -> Path:
        return self.home / "versions" / version / "parquet"

    def files(self, version: str) -> dict[str, bytes]:
        folder = self.folder(version)
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.rglob("*.parquet")
        }


@pytest.fixture(scope="module")
def story(
    published_demo: Published, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("again") / "home"
    shutil.copytree(published_demo.home, home, symlinks=True)

    def current() -> str:
        return (home / "current").readlink().name

    def settled(**settings: str) -> str:
        landing = published_demo.landing
        outcome = refresh(home, landing, KEEP_VERSIONS="9", **settings)
        assert outcome.returncode == 0, outcome.stdout
        return outcome.stdout

    first, said = current(), settled()
    after_unchanged = current()
    settled(FORCE="true")
    forced = current()
    settled(AS_OF_DATE=PAST_DAY)
    past = current()
    settled()
    yield Story(home, first, forced, past, current(), said, after_unchanged)


def manifest(story: Story, version: str) -> dict[str, Any]:
    file = story.home / "versions" / version / "manifest.json"
    read: dict[str, Any] = json.loads(file.read_text())
    return read


def test_an_unchanged_refresh_builds_nothing_and_says_so(story: Story) -> None:
    assert story.current_after_unchanged == story.first
    assert "Nothing was built" in story.said_unchanged
    assert "FORCE=1" in story.said_unchanged
    assert "dbt" not in story.said_unchanged
    assert "Blocking asset check" not in story.said_unchanged


def test_every_refresh_is_on_record(story: Story) -> None:
    with duckdb.connect(
        str(story.home / "current" / "analytics.duckdb"), read_only=True
    ) as connection:
        told = connection.execute(
            "select outcome, version, as_of_date::varchar, is_forced, is_restated,"
            " dbt_seconds > 0 from audit.refreshes order by refresh_id"
        ).fetchall()
    day = manifest(story, story.first)["as_of_date"]
    assert told == [
        ("published", story.first, day, False, False, True),
        ("unchanged", story.first, day, False, False, None),
        ("published", story.forced, day, True, False, True),
        ("published", story.past, PAST_DAY, False, False, True),
        ("published", story.again, day, False, False, True),
    ]


def test_dagster_tells_that_nothing_was_built(story: Story) -> None:
    import dagster as dg

    folder = str(story.home / "dagster")
    with dg.DagsterInstance.from_config(folder) as instance:
        runs = instance.get_runs()[::-1]
        assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
        events = dg.DagsterEventType
        observed = events.ASSET_OBSERVATION
        built = events.ASSET_MATERIALIZATION
        unchanged = runs[1].run_id
        assert instance.all_logs(unchanged, of_type=built) == []
        assert len(instance.all_logs(unchanged, of_type=observed)) == 14
        assert instance.all_logs(runs[2].run_id, of_type=built)


@pytest.mark.parametrize("turn", ["forced", "again"])
def test_the_same_day_gives_the_same_bytes(story: Story, turn: str) -> None:
    first, later = story.files(story.first), story.files(getattr(story, turn))
    assert len(first) > 30
    assert first.keys() == later.keys()
    differing = {name for name in first if first[name] != later[name]}
    assert differing <= OF_THE_REFRESH
    assert "audit/refreshes.parquet" in differing


def test_another_day_is_another(story: Story) -> None:
    first, past = story.files(story.first), story.files(story.past)
    assert first["marts/fct_orders.parquet"] != past["marts/fct_orders.parquet"]


def test_unchanged_tables_are_written_once(story: Story) -> None:
    """Between neighbours; what comes back after another day is written anew."""
    for before, after in (("first", "forced"), ("past", "again")):
        earlier = story.folder(getattr(story, before))
        later = story.folder(getattr(story, after))
        said = manifest(story, getattr(story, after))["parquet"]
        for name, file in said.items():
            path = f"{name.replace('.', '/')}.parquet"
            is_one = (earlier / path).samefile(later / path)
            assert is_one == file["is_linked"], name
            same = (earlier / path).read_bytes() == (later / path).read_bytes()
            assert is_one == same, name
    assert sum(file["is_linked"] for file in said.values()) > 3


@pytest.mark.parametrize("turn", ["first", "past"])
def test_parquet_says_what_the_database_says(
    story: Story, turn: str, tmp_path: Path
) -> None:
    version = getattr(story, turn)
    schemas = ("marts", "metrics", "audit")
    folder = story.folder(version)
    copied = tmp_path / "analytics.duckdb"
    with duckdb.connect(str(copied)) as connection:
        for schema in schemas:
            connection.execute(f"create schema {schema}")
        for file in folder.rglob("*.parquet"):
            table = f'{file.parent.name}."{file.stem}"'
            connection.execute(f"create table {table} as from '{file}'")
    analytics = folder.parent / "analytics.duckdb"
    assert (
        differences(
            public_cells(analytics, schemas=schemas, trace=True),
            public_cells(copied, schemas=schemas, trace=True),
        )
        == []
    )
    assert {file.parent.name for file in folder.rglob("*.parquet")} == {*schemas}
    assert {file.stat().st_mode & 0o777 for file in folder.rglob("*.parquet")} == {
        0o444
    }


def test_the_manifest_tells_how_it_came_about(story: Story) -> None:
    told = manifest(story, story.again)
    assert set(told["seconds"]) == {
        "begin",
        "landing",
        "landing_checks",
        "dbt",
        "publish_checks",
        "publish",
    }
    assert all(len(file["checksum"]) == 64 for file in told["inputs"]["files"])
    assert {"python", "duckdb", "dbt-core", "dagster", "scipy"} <= set(told["packages"])
    assert told["settings"]["has_parquet"] is True
    assert told["parquet"].keys() == told["rows"].keys()
    assert told["disk"]["needed"] < told["disk"]["free"]
    # an order of the demo is dated far ahead
    assert told["settled_until"] > told["published_at"]
    assert told["code_version"] == manifest(story, story.first)["code_version"]
