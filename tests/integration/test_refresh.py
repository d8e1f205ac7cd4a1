"""Whole refreshes of the demo: what is published, and what happens when one cannot."""

import csv
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.explain import explanation
from orchestration.report.lineage import MODELLED, NothingToExplain
from orchestration.store.versions import Home
from tests.support.refreshes import Published, refresh, start_refresh

pytestmark = pytest.mark.slow


@pytest.fixture
def analytics(published_demo: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    path = str(published_demo.analytics_path)
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def manifest_of(home: Path) -> dict[str, object]:
    manifest: dict[str, object] = json.loads(
        (home / "current" / "manifest.json").read_text()
    )
    return manifest


def spoil_orders(landing: Path) -> None:
    """Add 200 orders whose day cannot be read."""
    with (landing / "orders" / "spoiled.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "ordered_at", "status", "gross_amount"])
        writer.writerows([f"spoiled-{n}", "soon", "paid", "1.00"] for n in range(200))


def wait_for_step(home: Path, step: str, process: "subprocess.Popen[str]") -> None:
    """Wait until the newest log says that a step began."""
    known = set((home / "logs").glob("2*.log"))
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        fresh = set((home / "logs").glob("2*.log")) - known
        if any(f"step {step}" in log.read_text() for log in fresh):
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    raise AssertionError(f"{step} did not begin")


def test_what_is_published_is_physical_and_whole(
    published_demo: Published, analytics: duckdb.DuckDBPyConnection
) -> None:
    schemas = analytics.execute(
        "select distinct schema_name from duckdb_tables() order by all"
    ).fetchall()
    assert schemas == [("audit",), ("marts",), ("metrics",)]
    assert analytics.execute(
        "select count(*) from duckdb_views() where not internal"
    ).fetchone() == (0,)
    files = {f.name for f in (published_demo.home / "current").iterdir()}
    databases = {"analytics.duckdb", "private.duckdb"}
    assert files == {*databases, "manifest.json", "parquet", "report"}


def test_the_manifest_tells_what_the_tables_hold(
    published_demo: Published, analytics: duckdb.DuckDBPyConnection
) -> None:
    manifest = manifest_of(published_demo.home)
    rows = manifest["rows"]
    assert isinstance(rows, dict)
    assert rows["audit.quality_results"] > 0
    for table, count in rows.items():
        found = analytics.execute(f"select count(*) from {table}").fetchone()
        assert found == (count,), table
    (refreshed,) = analytics.execute(
        "select refresh_id, version, outcome, as_of_date::varchar, is_restated,"
        " landed_row_count = accepted_row_count + superseded_row_count"
        " + not_yet_row_count + quarantined_row_count from audit.refreshes"
    ).fetchall()
    version, day = manifest["id"], manifest["as_of_date"]
    assert refreshed == (version, version, "published", day, False, True)


def test_no_blocking_check_failed(analytics: duckdb.DuckDBPyConnection) -> None:
    failed = analytics.execute(
        "select check_name, table_name from audit.quality_results"
        " where severity = 'blocking' and not is_passed"
    ).fetchall()
    assert failed == []


def test_the_quality_page_is_published_and_refers_to_nothing_outside(
    published_demo: Published, analytics: duckdb.DuckDBPyConnection
) -> None:
    current = published_demo.home / "current"
    file = current / str(manifest_of(published_demo.home)["report"])
    page = file.read_text()
    assert re.findall(r"//|src=|href=|url\(|@import|<script", page) == []
    checks = analytics.execute(
        "select distinct check_name from audit.quality_results"
    ).fetchall()
    assert [name for (name,) in checks if name not in page] == []
    assert file.stat().st_mode & 0o777 == 0o444


def test_the_measures_of_the_last_days_are_kept(
    analytics: duckdb.DuckDBPyConnection,
) -> None:
    kept = dict(
        analytics.execute(
            "select table_name, count(distinct profile_date)"
            " from audit.quality_profiles where measure = 'row_count' group by all"
        ).fetchall()
    )
    families = analytics.execute(
        "select table_name from duckdb_tables() where schema_name = 'metrics'"
    ).fetchall()
    assert all(kept[name] == 1 for (name,) in families)
    assert kept["orders"] >= 56


def test_the_end_is_told_in_a_few_lines(published_demo: Published) -> None:
    said = published_demo.output
    lines = said.splitlines()
    # beside the warnings, the first of which are told in full
    assert sum(not line.startswith(("- ", "  w")) for line in lines) < 30
    for label in (
        "6/6 publish",
        "published ",
        "file ",
        "as-of date",
        "rows landed",
        "quarantined for",
        "customers",
        "counted orders",
        "retention rate",
        "NPS",
        "cost per customer",
        "took",
    ):
        assert any(line.startswith(label) for line in lines), label
    assert re.search(r"took .* dbt \d", said)
    assert str(published_demo.analytics_path) in said


def test_dagster_knows_the_run(published_demo: Published) -> None:
    import dagster as dg

    folder = str(published_demo.home / "dagster")
    with dg.DagsterInstance.from_config(folder) as instance:
        (run,) = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert run.job_name == "nightly_refresh"
        for key in (["raw", "orders"], ["marts", "fct_orders"], ["published_version"]):
            event = instance.get_latest_materialization_event(dg.AssetKey(key))
            assert event is not None, key


def test_a_refused_refresh_leaves_what_was_published(demo_copy: Published) -> None:
    before = manifest_of(demo_copy.home)
    spoil_orders(demo_copy.landing)
    refused = refresh(demo_copy.home, demo_copy.landing)
    assert refused.returncode == 1
    assert "quarantine_within_limits: table orders" in refused.stdout
    assert re.search(r"where: 20\d x bad_timestamp \(ordered_at\)", refused.stdout)
    assert "orders/" in refused.stdout
    assert f"Readers see version {before['id']}." in refused.stdout
    assert "Traceback" not in refused.stdout
    assert manifest_of(demo_copy.home) == before

    # what was refused is told by the next refresh that publishes
    (demo_copy.landing / "orders" / "spoiled.csv").unlink()
    again = refresh(demo_copy.home, demo_copy.landing, FORCE="true")
    assert again.returncode == 0, again.stdout
    with duckdb.connect(str(demo_copy.analytics_path), read_only=True) as connection:
        told = connection.execute(
            "select outcome, failed_step from audit.refreshes order by refresh_id"
        ).fetchall()
    assert told == [
        ("published", None),
        ("failed", "publish_checks"),
        ("published", None),
    ]


@pytest.mark.long
def test_a_killed_refresh_changes_nothing_and_the_next_succeeds(
    demo_copy: Published,
) -> None:
    before = manifest_of(demo_copy.home)
    for step in ("dbt", "publish_checks"):
        process = start_refresh(demo_copy.home, demo_copy.landing, FORCE="true")
        wait_for_step(demo_copy.home, step, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert manifest_of(demo_copy.home) == before
        assert len(list((demo_copy.home / "candidates").iterdir())) == 1

    again = refresh(demo_copy.home, demo_copy.landing, FORCE="true")
    assert again.returncode == 0, again.stdout
    assert manifest_of(demo_copy.home)["previous_version"] == before["id"]
    assert not any((demo_copy.home / "candidates").iterdir())


def test_sigterm_ends_a_refresh_cleanly(demo_copy: Published) -> None:
    before = manifest_of(demo_copy.home)
    process = start_refresh(demo_copy.home, demo_copy.landing, FORCE="true")
    wait_for_step(demo_copy.home, "dbt", process)
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=10)
    assert time.monotonic() - asked < 5
    assert process.returncode == 128 + signal.SIGTERM
    assert "Stopped by SIGTERM." in said
    assert f"Readers see version {before['id']}." in said
    assert manifest_of(demo_copy.home) == before
    journal = (demo_copy.home / "logs" / "refreshes.jsonl").read_text()
    assert '"outcome": "stopped", "version": null' in journal


def test_orders_in_one_foreign_currency_name_the_setting(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    (landing / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,gross_amount,currency_code\n"
        + "".join(f"{n},c{n},2025-01-0{n},paid,10.00,GBP\n" for n in range(1, 9))
    )
    refused = refresh(home, landing)
    assert refused.returncode == 1
    assert "All orders are in GBP" in refused.stdout
    assert "CUSTOMER360_REPORTING_CURRENCY=GBP" in refused.stdout
    assert not (home / "current").exists()


def test_explain_finds_the_landed_rows(
    published_demo: Published, analytics: duckdb.DuckDBPyConnection
) -> None:
    home = Home(published_demo.home)

    def explained(table: str, key: object) -> str:
        return "\n".join(explanation(home, table, str(key), limit=3))

    order = analytics.execute(
        "select order_id, customer_id, source_order_id, gross_amount_local"
        " from marts.fct_orders where not is_guest order by all limit 1"
    ).fetchone()
    assert order is not None
    behind_order = explained("marts.fct_orders", order[0])
    assert "fct_orders, landed as orders: 1 rows" in behind_order
    assert f'"order_id": "{order[2]}"' in behind_order
    assert f'"gross_amount": "{order[3]:.2f}"' in behind_order

    behind_customer = explained("marts.mart_customer_360", order[1])
    assert "customer records, landed as customers" in behind_customer
    assert "fct_orders, landed as orders" in behind_customer

    key = analytics.execute(
        "select concat_ws('/', dimension, dimension_value, period_grain,"
        " period_start_date), response_count from metrics.metrics_nps"
        " where dimension = 'market' and response_count > 0 order by all limit 1"
    ).fetchone()
    assert key is not None
    assert "landed as survey_responses" in explained("metrics.metrics_nps", key[0])

    with pytest.raises(NothingToExplain, match="A key looks like"):
        explained("marts.fct_orders", "no such order")
    with pytest.raises(NothingToExplain, match=r"Tables: .*marts\.fct_orders"):
        explained("marts.nothing", "1")


def test_every_public_table_can_be_explained(
    published_demo: Published, analytics: duckdb.DuckDBPyConnection
) -> None:
    home = Home(published_demo.home)
    keys = manifest_of(published_demo.home)["keys"]
    assert isinstance(keys, dict)
    unexplained = set()
    for table, columns in keys.items():
        example = analytics.execute(
            f"select min(concat_ws('/', {', '.join(columns)})) from {table}"
        ).fetchone()
        if example is None or example[0] is None:
            continue
        try:
            list(explanation(home, table, example[0], limit=1))
        except NothingToExplain:
            unexplained.add(table)
    # made of days, or fitted on everything at once: of no row more than of another
    assert unexplained == {
        "marts.dim_dates",
        *(f"metrics.{name}" for name in MODELLED),
    }


@pytest.mark.parametrize(
    ("table", "dimension"),
    [
        ("metrics.metrics_nps", "touchpoint"),
        ("metrics.metrics_cost_per_customer", "purpose"),
        ("metrics.metrics_purchases", "rfm_segment"),
    ],
)
def test_other_dimensions_than_of_customers_are_explained_too(
    published_demo: Published,
    analytics: duckdb.DuckDBPyConnection,
    table: str,
    dimension: str,
) -> None:
    found = analytics.execute(
        "select concat_ws('/', dimension, dimension_value, period_grain,"
        f" period_start_date) from {table} where dimension = $1 and is_complete"
        " order by period_grain desc, period_start_date desc limit 1",
        [dimension],
    ).fetchone()
    assert found is not None
    assert "landed as" in "\n".join(
        explanation(Home(published_demo.home), table, found[0], limit=1)
    )


def test_orders_known_only_after_the_day_publish_nothing(demo_copy: Published) -> None:
    before = (demo_copy.home / "current").readlink()
    outcome = refresh(demo_copy.home, demo_copy.landing, AS_OF_DATE="2001-01-01")
    assert outcome.returncode == 1
    assert "CUSTOMER360_AS_OF_DATE" in outcome.stdout
    assert (demo_copy.home / "current").readlink() == before


def test_another_landing_folder_does_not_mix_with_what_landed(
    demo_copy: Published, tmp_path: Path
) -> None:
    before = (demo_copy.home / "current").readlink()
    other = tmp_path / "other"
    other.mkdir()
    (other / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,gross_amount\n"
        "1,C1,2024-01-01,completed,10.00\n"
    )
    outcome = refresh(demo_copy.home, other)
    assert outcome.returncode == 1
    assert "CUSTOMER360_HOME" in outcome.stdout
    assert (demo_copy.home / "current").readlink() == before
