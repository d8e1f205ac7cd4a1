"""The wiring that Dagster sees: which step waits for which, and what blocks."""

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.settings.settings import Settings


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The definitions as they load where nothing was built yet."""
    home = tmp_path_factory.mktemp("empty") / "home"
    before = os.environ.get("CUSTOMER360_HOME")
    os.environ["CUSTOMER360_HOME"] = str(home)
    try:
        from orchestration.definitions import build_definitions

        return build_definitions(Settings.from_environment())
    finally:
        if before is None:
            del os.environ["CUSTOMER360_HOME"]
        else:
            os.environ["CUSTOMER360_HOME"] = before


def test_no_database_is_needed(definitions: dg.Definitions, tmp_path: Path) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_each_step_of_the_nightly_job_waits_for_the_one_before(
    definitions: dg.Definitions,
) -> None:
    job = definitions.resolve_job_def("nightly_refresh")
    order = [node.name for node in job.graph.nodes_in_topological_order]
    assert order == [
        "landing",
        "landing_door",
        "dbt_build",
        "publish_door",
        "published_version",
    ]
    waits = {
        node.name: {
            output.node
            for handles in job.dependencies[node].values()
            for output in handles.get_node_dependencies()
        }
        for node in job.dependencies
    }
    assert "landing_door" in waits["dbt_build"]
    assert "publish_door" in waits["published_version"]


def test_both_doors_block_and_their_warnings_do_not(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    doors = {
        key: graph.get_check_spec(key).blocking
        for key in graph.asset_check_keys
        if "_door" in key.name
    }
    assert doors
    for key, is_blocking in doors.items():
        assert is_blocking == (not key.name.endswith("_warnings")), key


def test_every_landed_and_public_table_has_its_door(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key, key.name) for key in graph.asset_check_keys}
    for key in graph.materializable_asset_keys:
        layer = key.path[0]
        if layer == "raw":
            assert (key, "landing_door") in checks
        elif layer in ("marts", "metrics", "audit"):
            assert (key, "publish_door") in checks


def test_dbt_tests_are_checks(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    names = {
        key.name
        for key in graph.asset_check_keys
        if key.asset_key == dg.AssetKey(["marts", "fct_orders"])
    }
    assert any("unique" in name for name in names), names
