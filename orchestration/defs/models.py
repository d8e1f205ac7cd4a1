"""The dbt project as assets, its tests as checks, and the publish door behind them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.dbt.dbt_project import read_manifest
from orchestration.dbt.dbt_runner import DbtRun, NodeResult
from orchestration.defs.nightly import OWNER
from orchestration.defs.running import RefreshResource
from orchestration.defs.verdicts import door_specs, door_verdicts
from orchestration.store.databases import row_counts

PUBLIC = ("marts", "metrics", "audit")
DOOR = "publish_door"
# what dagster-dbt calls the dbt id of an asset or check
DBT_ID = "dagster_dbt/unique_id"


class LayerTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Groups the assets by the layer of the project in which their model stands.

    `owners` are those of dbt's groups by name; what is in no group is `OWNER`'s.
    """

    def __init__(self, owners: Mapping[str, str] | None = None) -> None:
        self._owners = owners or {}
        super().__init__()

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the team that answers for a model."""
        group = dbt_resource_props["config"].get("group")
        return [self._owners.get(group, OWNER)]

    def get_kinds(self, dbt_resource_props: Mapping[str, Any]) -> set[str]:
        """Return what a model is made with."""
        language = dbt_resource_props.get("language")
        return {"dbt", "duckdb", *(["python"] if language == "python" else [])}

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return staging, intermediate, marts, metrics, audit, private or lookups."""
        is_seed = dbt_resource_props["resource_type"] == "seed"
        return "lookups" if is_seed else str(dbt_resource_props["fqn"][1])


def owners_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the owners of dbt's groups, as Dagster names teams."""
    return {
        group["name"]: "team:" + group["owner"]["name"].replace(" ", "-")
        for group in manifest["groups"].values()
    }


def public_assets(manifest: Mapping[str, Any]) -> dict[str, dg.AssetKey]:
    """Return the asset keys of the models that are published, by table name."""
    translator = LayerTranslator()
    return {
        node["alias"]: translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLIC
    }


def dbt_models(manifest: Path) -> dg.AssetsDefinition:
    """Return the assets that one dbt build makes, all or nothing."""

    @dbt_assets(  # type: ignore[untyped-decorator]
        manifest=manifest,
        name="dbt_build",
        dagster_dbt_translator=LayerTranslator(owners_of(read_manifest(manifest))),
    )
    def dbt_build(
        context: dg.AssetExecutionContext, refresh: RefreshResource
    ) -> Iterator[Any]:
        try:
            refresh.build()
        finally:
            if refresh.dbt_run is not None:
                candidate = refresh.candidate
                files = (candidate.state, candidate.analytics, candidate.private)
                counts = row_counts(files)
                yield from _events(refresh.dbt_run, context.assets_def, counts)

    definition: dg.AssetsDefinition = dbt_build
    return definition


def publish_door(manifest: Mapping[str, Any]) -> dg.AssetChecksDefinition:
    """Return the checks on what is about to be published."""
    keys = public_assets(manifest)

    @dg.multi_asset_check(name=DOOR, specs=door_specs(DOOR, keys.values()))
    def check(refresh: RefreshResource) -> Iterator[dg.AssetCheckResult]:
        try:
            refresh.check_candidate()
        finally:
            yield from door_verdicts(
                DOOR,
                keys,
                refresh.candidate_results,
                elsewhere=keys["landing_reconciliation"],
            )

    return check


def _events(
    run: DbtRun, definition: dg.AssetsDefinition, counts: Mapping[str, int]
) -> Iterator[Any]:
    """Tell Dagster what dbt built and tested, in dbt's order."""
    assets = {spec.metadata.get(DBT_ID): spec.key for spec in definition.specs}
    checks = {spec.metadata.get(DBT_ID): spec.key for spec in definition.check_specs}
    for result in run.results:
        if result.unique_id in assets and result.status == "success":
            key = assets[result.unique_id]
            rows = counts.get(".".join(key.path))
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "seconds": round(result.seconds, 3),
                    **({} if rows is None else {"dagster/row_count": rows}),
                },
            )
        elif result.unique_id in checks and result.status != "skipped":
            yield _check_result(result, checks[result.unique_id])


def _check_result(result: NodeResult, key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=severity.WARN if result.status == "warn" else severity.ERROR,
        metadata={"failed_row_count": result.failed_row_count},
    )
