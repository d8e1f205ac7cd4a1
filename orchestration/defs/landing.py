"""The landed tables as assets, and the landing door as their blocking checks."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.defs.nightly import OWNER
from orchestration.defs.running import RefreshResource
from orchestration.defs.verdicts import door_specs, door_verdicts
from orchestration.landing.arrivals import newest_files
from orchestration.landing.contract import Contract
from orchestration.settings.settings import Settings

DOOR = "landing_door"


def landing_assets(
    contract: Contract, manifest: Mapping[str, Any], settings: Settings
) -> dg.AssetsDefinition:
    """Return the asset that lands every table of the input contract."""
    described = {
        source["name"]: source["description"] for source in manifest["sources"].values()
    }
    stale_after = timedelta(hours=settings.stale_after_hours)

    @dg.multi_asset(
        name="landing",
        specs=[
            # where nothing has changed they are only observed, and the rest is skipped
            dg.AssetSpec(
                _key(name),
                description=described[name],
                group_name="landing",
                kinds={"duckdb", "file"},
                owners=[OWNER],
                freshness_policy=dg.FreshnessPolicy.time_window(stale_after),
                skippable=True,
            )
            for name in contract.table_names
        ],
    )
    def landing(
        refresh: RefreshResource,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetObservation]:
        refresh.begin()
        report = refresh.land()
        newest = newest_files(refresh.state)
        seconds = round(refresh.progress.seconds["landing"], 3)
        for table in report.tables:
            key = _key(table.table_name)
            metadata: dict[str, Any] = {
                "dagster/row_count": table.landed_row_count,
                "unreadable_row_count": table.unreadable_row_count,
                "file_count": table.file_count,
                "seconds_of_all_tables": seconds,
                **_newest(newest.get(table.table_name)),
            }
            if refresh.unchanged is not None:
                yield dg.AssetObservation(key, metadata=metadata)
            else:
                yield dg.MaterializeResult(asset_key=key, metadata=metadata)

    return landing


def landing_door(contract: Contract) -> dg.AssetChecksDefinition:
    """Return the checks on what landed; dbt starts only when they let it."""
    keys = {name: _key(name) for name in contract.table_names}

    @dg.multi_asset_check(name=DOOR, specs=door_specs(DOOR, keys.values()))
    def check(refresh: RefreshResource) -> Iterator[dg.AssetCheckResult]:
        try:
            refresh.check_landing()
        finally:
            # what concerns no table (a file that belongs nowhere) stands at orders
            yield from door_verdicts(
                DOOR, keys, refresh.landing_results, elsewhere=keys["orders"]
            )

    return check


def _newest(modified_at: float | None) -> dict[str, dg.MetadataValue[Any]]:
    if modified_at is None:
        return {}
    return {"newest_file_at": dg.MetadataValue.timestamp(modified_at)}


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])
