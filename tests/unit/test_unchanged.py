"""A refresh that would build what is published says so, and builds nothing.

Without Dagster and dbt: what would be built is published by hand.
"""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.dbt.dbt_project import project_vars
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.refresh import manifest as facts
from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import Progress
from orchestration.refresh.publication import carried_from
from orchestration.refresh.refreshing import Refresh
from orchestration.refresh.unchanged import note_key, reason_to_build
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR
from orchestration.store.journal import JOURNAL, Journal
from orchestration.store.versions import Home

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS = "order_id,ordered_at,status,gross_amount\n1,2025-01-01,paid,9.50\n"
COSTS = (
    "cost_id,category,purpose,amount,period_start_date,period_end_date\n"
    "1,rent,service,5.00,2025-01-01,2025-01-31\n"
)
DAY = "2025-01-01"


@dataclass
class Installation:
    """A home in which the landing folder was published at noon."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def orders(self) -> Path:
        return self.landing / "orders.csv"

    def all_settings(self) -> Settings:
        given = {
            "LANDING": str(self.landing),
            "HOME": str(self.home.path),
            **self.settings,
        }
        return Settings.from_environment(
            {f"CUSTOMER360_{name}": value for name, value in given.items()}
        )

    def refreshed(self, now: datetime = NOON + timedelta(hours=1)) -> Refresh:
        """The first two steps of a refresh."""
        progress = Progress(io.StringIO())
        with opened_refresh(self.all_settings(), progress, now) as refresh:
            refresh.begin()
            refresh.land()
            return refresh

    def is_unchanged(self, now: datetime = NOON + timedelta(hours=1)) -> bool:
        return self.refreshed(now).unchanged is not None

    def publish(self, **said: Any) -> None:
        """Land, and publish without building."""
        settings = replace(self.all_settings(), is_forced=True)
        progress = Progress(io.StringIO())
        with opened_refresh(settings, progress, NOON) as refresh:
            refresh.begin()
            refresh.land()
            candidate = refresh.candidate
            for file in (candidate.analytics, candidate.private):
                duckdb.connect(str(file)).close()
            with duckdb.connect(str(candidate.state)) as connection:
                note_key(connection, settings.secret_key_check)
                manifest = {
                    "as_of_date": DAY,
                    "code_version": facts.code_version(PROJECT_DIR),
                    **facts.of_settings(settings, project_vars(PROJECT_DIR)),
                    "inputs_checksum": facts.inputs_checksum(connection),
                    "inputs": {"files": facts.input_files(connection)},
                    "settled_until": None,
                    **said,
                }
            refresh.home.publish(candidate, manifest)


@pytest.fixture
def published(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path)
    installation.landing.mkdir()
    installation.orders.write_text(ORDERS)
    (installation.landing / "costs.csv").write_text(COSTS)
    installation.publish()
    return installation


def test_nothing_is_built_where_nothing_changed(published: Installation) -> None:
    before = published.home.current_id
    refresh = published.refreshed()
    assert refresh.unchanged is not None and refresh.unchanged.id == before
    # whoever takes the other steps all the same
    assert refresh.check_landing() == refresh.check_candidate() == []
    assert refresh.build().results == ()
    assert refresh.publish().id == before
    assert published.home.current_id == before
    assert list(published.home.candidates.iterdir()) == []


def test_what_landed_is_told_all_the_same(published: Installation) -> None:
    report = published.refreshed().landing
    assert report is not None
    assert (report.loaded, report.known_file_count) == ((), 2)
    rows = {table.table_name: table.landed_row_count for table in report.tables}
    assert rows["orders"] == 1 and rows["refunds"] == 0


def test_the_journal_says_when_it_was_looked_at(published: Installation) -> None:
    published.refreshed()
    last = Journal(published.home.logs / JOURNAL).records()[-1]
    assert last["outcome"] == "unchanged"
    assert last["version"] == published.home.current_id
    assert last["as_of_date"] == DAY
    assert last["ended_at"] >= "2026-03-01 13:00:00"
    assert last["landing_seconds"] is not None and last["dbt_seconds"] is None


def touch(here: Installation) -> None:
    """As a copy does that does not keep times: it has to be read to be known."""
    os.utime(here.orders, ns=(0, 0))


def take_a_file_away(here: Installation) -> None:
    """What it said stays in force."""
    (here.landing / "costs.csv").unlink()


def ask_for_the_same_day(here: Installation) -> None:
    here.settings["AS_OF_DATE"] = DAY


def keep_other_versions(here: Installation) -> None:
    here.settings["KEEP_VERSIONS"] = "7"


@pytest.mark.parametrize(
    "change",
    [touch, take_a_file_away, ask_for_the_same_day, keep_other_versions],
)
def test_what_changes_no_cell_is_no_change(
    published: Installation, change: Callable[[Installation], None]
) -> None:
    before = published.home.current_id
    change(published)
    assert published.is_unchanged()
    assert published.home.current_id == before
    assert list(published.home.candidates.iterdir()) == []


def deliver_more(here: Installation) -> None:
    (here.landing / "orders2").mkdir()
    (here.landing / "refunds.csv").write_text(
        "refund_id,order_id,refunded_at,amount\n1,1,2025-01-02,1.00\n"
    )


def deliver_other_content(here: Installation) -> None:
    here.orders.write_text(ORDERS.replace("9.50", "9.60"))


def force(here: Installation) -> None:
    here.settings["FORCE"] = "true"


def another_day(here: Installation) -> None:
    here.settings["AS_OF_DATE"] = "2024-12-31"


def another_currency(here: Installation) -> None:
    here.settings["REPORTING_CURRENCY"] = "GBP"


def another_key(here: Installation) -> None:
    here.settings["SECRET_KEY"] = "0123456789abcdef"


def without_parquet(here: Installation) -> None:
    here.settings["PARQUET"] = "false"


def lose_a_file(here: Installation) -> None:
    (here.home.current / "private.duckdb").unlink()


def other_code(here: Installation) -> None:
    here.publish(code_version="another")


def other_libraries(here: Installation) -> None:
    here.publish(packages={"duckdb": "0.0.1"})


def without_its_day(here: Installation) -> None:
    """The day was asked for before, and now is what the data say."""
    here.settings["AS_OF_DATE"] = "2024-12-31"
    here.publish(as_of_date="2024-12-31")
    del here.settings["AS_OF_DATE"]


@pytest.mark.parametrize(
    "change",
    [
        deliver_more,
        deliver_other_content,
        force,
        another_day,
        another_currency,
        another_key,
        without_parquet,
        lose_a_file,
        other_code,
        other_libraries,
        without_its_day,
    ],
)
def test_whatever_may_change_a_cell_is_built(
    published: Installation, change: Callable[[Installation], None]
) -> None:
    change(published)
    refresh = published.refreshed()
    assert refresh.unchanged is None
    assert refresh.candidate.state.exists()


def test_what_is_edited_underway_is_not_what_was_built(
    published: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(io.StringIO())
    settings = replace(published.all_settings(), is_forced=True)
    with opened_refresh(settings, progress, NOON) as refresh:
        refresh.begin()
        begun = facts.code_version(PROJECT_DIR)
        monkeypatch.setattr(facts, "code_version", lambda folder: "edited")
        assert refresh._code_version == begun


def test_a_lost_database_is_built_anew(published: Installation) -> None:
    (published.home.current / "analytics.duckdb").unlink()
    refresh = published.refreshed()
    assert refresh.unchanged is None
    assert carried_from(refresh._published_analytics()) == []


def test_with_a_key_it_is_the_same_key_that_counts(tmp_path: Path) -> None:
    here = Installation(tmp_path, {"SECRET_KEY": "0123456789abcdef"})
    here.landing.mkdir()
    here.orders.write_text(ORDERS)
    here.publish()
    assert here.is_unchanged()
    here.settings["SECRET_KEY"] = "0123456789abcdeg"
    assert not here.is_unchanged()


def test_a_row_of_the_future_is_built_when_its_time_has_come(
    published: Installation,
) -> None:
    published.publish(settled_until="2026-03-01T14:00:00Z")
    assert published.is_unchanged(NOON + timedelta(hours=1))
    assert not published.is_unchanged(NOON + timedelta(hours=2))


def test_the_moment_is_the_first_that_a_row_tells_of(tmp_path: Path) -> None:
    contract = read_contract(PROJECT_DIR / CONTRACT_FILE)
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        connection.execute("create schema staging")
        connection.execute(
            "create table staging.stg_orders as select * from (values"
            " (timestamp '2026-03-01 11:00:00', timestamp '2026-03-04 00:00:00'),"
            " (timestamp '2026-03-02 08:30:00', null)) as t (ordered_at, updated_at)"
        )
        connection.execute("alter table staging.stg_orders add delivered_at timestamp")
        until = facts.settled_until(connection, contract, NOON)
        assert until == "2026-03-02T08:30:00Z"
        later = datetime(2026, 3, 5, tzinfo=UTC)
        assert facts.settled_until(connection, contract, later) is None


def test_a_landing_folder_that_went_is_told_by_landing(published: Installation) -> None:
    published.landing.rename(published.folder / "elsewhere")
    with pytest.raises(Exception, match="does not exist"):
        published.refreshed()
    last = Journal(published.home.logs / JOURNAL).records()[-1]
    assert (last["outcome"], last["failed_step"]) == ("failed", "landing")


def test_older_versions_go_though_nothing_is_built(published: Installation) -> None:
    for _ in range(3):
        published.publish()
    assert len(published.home.versions()) == 4
    published.settings |= {"KEEP_VERSIONS": "1", "KEEP_MINUTES": "0"}
    assert published.is_unchanged(datetime.now(UTC) + timedelta(hours=1))
    assert len(published.home.versions()) == 1


def test_a_manifest_of_other_code_needs_no_further_word() -> None:
    told = {"code_version": "new", "packages": {}, "settings": {}}
    assert reason_to_build({}, told, None, NOON) == "other code"
