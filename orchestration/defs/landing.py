"""The landed tables as assets, and the landing door as their blocking checks."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.running import RefreshResource
from orchestration.defs.verdicts import door_specs, door_verdicts
from orchestration.lib.contract import Contract

DOOR = "landing_door"


def landing_assets(contract: Contract) -> dg.AssetsDefinition:
    """Return the asset that lands every table of the input contract."""

    @dg.multi_asset(
        name="landing",
        specs=[
            dg.AssetSpec(_key(name), group_name="landing", kinds={"duckdb"})
            for name in contract.table_names
        ],
    )
    def landing(refresh: RefreshResource) -> Iterator[dg.MaterializeResult[None]]:
        refresh.begin()
        report = refresh.land()
        for table in report.tables:
            yield dg.MaterializeResult(
                asset_key=_key(table.table_name),
                metadata={
                    "dagster/row_count": table.landed_row_count,
                    "unreadable_row_count": table.unreadable_row_count,
                    "file_count": table.file_count,
                },
            )

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


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])
